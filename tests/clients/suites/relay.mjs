import assert from 'node:assert/strict';
import { test } from 'node:test';
import runtime from 'relay-runtime';
import { relay } from '../compilers.mjs';
import { signedIn, url, watched } from '../server.mjs';

const {
  Environment,
  Network,
  RecordSource,
  Store,
  commitMutation,
  createOperationDescriptor,
  fetchQuery,
  getPaginationMetadata,
  getPaginationVariables,
  getSelector,
} = runtime;

const { compiled, artifacts, documents } = await relay();

function anEnvironment(role = 'coordinator') {
  const send = watched();
  const headers = {
    ...signedIn(role),
    'content-type': 'application/json',
    accept: 'application/graphql-response+json',
  };
  const ask = async (params, variables) => {
    const body = JSON.stringify({ query: documents[params.id], variables });
    return (await send(url, { method: 'POST', headers, body })).json();
  };
  const environment = new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });
  return { environment, asked: send.asked };
}

const mutate = (environment, mutation, input) =>
  new Promise((resolve, reject) => {
    const done = (answer, errors) => (errors ? reject(errors) : resolve(answer));
    commitMutation(environment, { mutation, variables: { input }, onCompleted: done, onError: reject });
  });

async function theProgram(environment) {
  const { programs } = await fetchQuery(environment, artifacts.CatalogProgramsQuery, {}).toPromise();
  return programs.nodes.find(({ title }) => title === 'Leading hybrid teams').id;
}

test('every query, fragment and mutation compiles against the committed schema', () => {
  assert.deepEqual([compiled.status, compiled.stderr], [0, ''], compiled.stdout + compiled.stderr);
  assert.deepEqual(Object.keys(artifacts).sort(), [
    'CatalogCreateMutation',
    'CatalogPaginationQuery',
    'CatalogProgramsQuery',
    'CatalogQuery',
    'CatalogRenameMutation',
    'CatalogTitleQuery',
    'Catalog_program',
  ]);
});

test('a fragment is refetched by node, page after page, and its connection holds every session', async () => {
  const { environment, asked } = anEnvironment();
  const variables = { id: await theProgram(environment), count: 10 };
  await fetchQuery(environment, artifacts.CatalogQuery, variables).toPromise();
  const operation = createOperationDescriptor(artifacts.CatalogQuery, variables);
  const retained = environment.retain(operation);
  const read = () => {
    const { program } = environment.lookup(operation.fragment).data;
    return environment.lookup(getSelector(artifacts.Catalog_program, program)).data;
  };

  const fragment = artifacts.Catalog_program;
  const { paginationRequest, paginationMetadata } = getPaginationMetadata(fragment, 'Catalog_program');
  while (read().sessions.pageInfo.hasNextPage) {
    const more = getPaginationVariables(
      'forward',
      10,
      read().sessions.pageInfo.endCursor,
      { count: 10 },
      { id: variables.id },
      paginationMetadata,
    );
    await fetchQuery(environment, paginationRequest, more).toPromise();
  }

  retained.dispose();
  const titles = read().sessions.edges.map(({ node }) => node.title);
  assert.deepEqual(
    titles,
    Array.from({ length: 25 }, (_, number) => `Session ${number + 1}`),
  );
  assert.equal(asked.length, 4);
});

test('what a mutation answers is in the store, wherever the row is', async () => {
  const { environment } = anEnvironment();
  const { createProgram } = await mutate(environment, artifacts.CatalogCreateMutation, { title: 'Feedback' });
  const variables = { id: createProgram.id };
  await fetchQuery(environment, artifacts.CatalogTitleQuery, variables).toPromise();

  await mutate(environment, artifacts.CatalogRenameMutation, { id: createProgram.id, title: 'Coaching' });

  const { fragment } = createOperationDescriptor(artifacts.CatalogTitleQuery, variables);
  assert.deepEqual(environment.lookup(fragment).data.program, { id: createProgram.id, title: 'Coaching' });
});

test('a refusal is data, and what is forbidden is an error', async () => {
  const { environment } = anEnvironment();
  const input = { title: 'Feedback', externalRef: 'relay' };
  await mutate(environment, artifacts.CatalogCreateMutation, input);

  const { createProgram } = await mutate(environment, artifacts.CatalogCreateMutation, input);
  const { environment: learners } = anEnvironment('learner');
  const failed = await mutate(learners, artifacts.CatalogCreateMutation, input).catch((error) => error);

  assert.deepEqual(createProgram, { __typename: 'ProgramRefused', code: 'REFERENCE_TAKEN', field: 'externalRef' });
  assert.match(JSON.stringify(failed.source ?? failed), /FORBIDDEN/);
});
