import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, cacheExchange, fetchExchange, gql } from '@urql/core';
import { cacheExchange as graphcache } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { persistedExchange } from '@urql/exchange-persisted';
import { getIntrospectionQuery } from 'graphql';
import { signedIn, url, watched } from '../server.mjs';

const TENANT = gql`
  query Tenant {
    tenant {
      id
      name
    }
  }
`;

const PROGRAMS = gql`
  query Programs {
    programs(first: 100) {
      totalCount
      nodes {
        id
        title
      }
    }
  }
`;

const SESSIONS = gql`
  query Sessions($after: String) {
    sessions(
      first: 10
      after: $after
      where: { title: { startsWith: "Session " } }
      orderBy: { field: STARTS_AT, direction: ASCENDING }
    ) {
      edges {
        node {
          id
          title
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

const CREATE = gql`
  mutation Create($input: CreateProgramInput!) {
    createProgram(input: $input) {
      __typename
      ... on Program {
        id
        title
      }
      ... on Refused {
        code
        field
      }
    }
  }
`;

const RENAME = gql`
  mutation Rename($input: UpdateProgramInput!) {
    updateProgram(input: $input) {
      ... on Program {
        id
        title
      }
    }
  }
`;

const PROGRAM = gql`
  query Program($id: ID!) {
    program(id: $id) {
      id
      title
    }
  }
`;

function aClient({ role = 'coordinator', headers = signedIn(role), exchanges = [cacheExchange, fetchExchange], ...more } = {}) {
  const fetch = watched();
  return { client: new Client({ url, fetch, exchanges, fetchOptions: { headers }, ...more }), asked: fetch.asked };
}

const create = async (client, facts) =>
  (await client.mutation(CREATE, { input: { title: 'Feedback', ...facts } }).toPromise()).data.createProgram;

test('a query is answered in JSON although streams are accepted too, and the next time from the cache', async () => {
  const { client, asked } = aClient({ preferGetMethod: false });

  const { data } = await client.query(TENANT, {}).toPromise();
  const again = await client.query(TENANT, {}).toPromise();

  assert.equal(data.tenant.name, 'Acme');
  assert.deepEqual(again.data, data);
  assert.deepEqual(asked.map(({ method, status, type }) => [method, status, type]), [
    ['POST', 200, 'application/graphql-response+json; charset=utf-8'],
  ]);
});

test('queries are sent by GET and mutations by POST', async () => {
  const { client, asked } = aClient({ preferGetMethod: 'force' });

  await client.query(SESSIONS, {}).toPromise();
  await create(client);

  assert.deepEqual(asked.map(({ method, status }) => [method, status]), [
    ['GET', 200],
    ['POST', 200],
  ]);
});

test('a mutation makes the queries of its type be asked again', async () => {
  const { client, asked } = aClient();
  const counts = [];
  const watching = client.query(PROGRAMS, {}).subscribe(({ data, stale }) => {
    if (!stale) counts.push(data.programs.totalCount);
  });
  await until(() => counts.length === 1);

  await create(client);
  await until(() => counts.length === 2);

  watching.unsubscribe();
  assert.equal(counts[1], counts[0] + 1);
  assert.equal(asked.length, 3);
});

test('a refusal is data, and an error has its code', async () => {
  const { client } = aClient();
  await create(client, { externalRef: 'urql' });

  const refused = await create(client, { externalRef: 'urql' });
  const { error, data } = await aClient({ role: 'learner' }).client.query('{ keys { totalCount } }', {}).toPromise();

  assert.deepEqual([refused.__typename, refused.code, refused.field], [
    'ProgramRefused',
    'REFERENCE_TAKEN',
    'externalRef',
  ]);
  assert.deepEqual(error.graphQLErrors.map(({ extensions }) => extensions.code), ['FORBIDDEN']);
  assert.equal(data, null);
});

test('a key that is none, and a document that does not fit the schema, are told by their codes', async () => {
  const { client } = aClient({ headers: { authorization: 'Bearer clg_nobody_nothing' } });

  const unknown = await client.query(TENANT, {}).toPromise();
  const wrong = await aClient().client.query('{ nothing }', {}).toPromise();

  assert.deepEqual([unknown.error.graphQLErrors[0].extensions.code, unknown.error.response.status], [
    'UNAUTHENTICATED',
    401,
  ]);
  assert.equal(wrong.error.graphQLErrors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
});

async function aNormalizingClient() {
  const { client, asked } = aClient();
  const { data: schema } = await client.query(getIntrospectionQuery(), {}).toPromise();
  const complaints = [];
  const cache = graphcache({
    schema,
    keys: { PageInfo: () => null },
    resolvers: { Query: { sessions: relayPagination() } },
    logger: (kind, message) => kind !== 'debug' && complaints.push(message),
  });
  return { ...aClient({ exchanges: [cache, fetchExchange] }), complaints, introspected: asked };
}

test('Graphcache reads the whole schema and joins pages by relayPagination, to the last one', async () => {
  const { client, asked, complaints } = await aNormalizingClient();

  let { data } = await client.query(SESSIONS, {}).toPromise();
  while (data.sessions.pageInfo.hasNextPage) {
    ({ data } = await client.query(SESSIONS, { after: data.sessions.pageInfo.endCursor }).toPromise());
  }

  const titles = data.sessions.edges.map(({ node }) => node.title);
  assert.deepEqual(titles, Array.from({ length: 25 }, (_, number) => `Session ${number + 1}`));
  assert.equal(asked.length, 3);
  assert.deepEqual(complaints, []);
});

test('Graphcache keeps rows by their id, and shows what a mutation answers wherever the row is', async () => {
  const { client, asked, complaints } = await aNormalizingClient();
  const { id } = await create(client);
  const shown = [];
  const watching = client.query(PROGRAM, { id }).subscribe(({ data }) => shown.push(data.program.title));
  await until(() => shown.length === 1);

  await client.mutation(RENAME, { input: { id, title: 'Coaching' } }).toPromise();
  await until(() => shown.length === 2);

  watching.unsubscribe();
  assert.deepEqual(shown, ['Feedback', 'Coaching']);
  assert.equal(asked.length, 3);
  assert.deepEqual(complaints, []);
});

test('a persisted query is sent with its text once, and with its hash alone from then on', async () => {
  const query = '{ tenant { id now } }';
  const ask = async (preferGetForPersistedQueries) => {
    const exchanges = [persistedExchange({ preferGetForPersistedQueries }), fetchExchange];
    const { client, asked } = aClient({ exchanges, preferGetMethod: false });
    const { data, error } = await client.query(query, {}).toPromise();
    return { error, id: data?.tenant.id, asked };
  };

  const first = await ask(false);
  const second = await ask(false);
  const third = await ask('force');

  assert.deepEqual([first, second, third].map(({ error }) => error), [undefined, undefined, undefined]);
  assert.deepEqual(first.asked.map(({ body }) => 'query' in JSON.parse(body)), [false, true]);
  assert.deepEqual(second.asked.map(({ body }) => 'query' in JSON.parse(body)), [false]);
  assert.deepEqual(third.asked.map(({ method, address }) => [method, address.searchParams.has('query')]), [['GET', false]]);
  assert.deepEqual([second.id, third.id], [first.id, first.id]);
});

async function until(itCame) {
  for (let tries = 0; !itCame(); tries++) {
    if (tries === 200) throw new Error('It did not come.');
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
