import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { signedIn, url, watched } from '../server.mjs';

const TENANT = gql`
  query Tenant {
    tenant {
      id
      name
      branding {
        displayName
      }
    }
  }
`;

const SESSIONS = gql`
  query Sessions($first: Int!, $after: String) {
    sessions(
      first: $first
      after: $after
      where: { title: { startsWith: "Session " } }
      orderBy: { field: STARTS_AT, direction: ASCENDING }
    ) {
      edges {
        cursor
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
      ... on Program {
        id
        title
        summary
      }
      ... on Refused {
        code
        message
        field
        retryable
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
      summary
    }
  }
`;

function aClient({ role = 'coordinator', headers = signedIn(role), cache = {}, link = {} } = {}) {
  const fetch = watched();
  const client = new ApolloClient({
    link: new HttpLink({ uri: url, headers, fetch, ...link }),
    cache: new InMemoryCache(cache),
  });
  return { client, asked: fetch.asked };
}

async function aProgram(client, facts) {
  const { data } = await client.mutate({ mutation: CREATE, variables: { input: { title: 'Feedback', ...facts } } });
  return data.createProgram;
}

test('a query is answered in the form of the specification, and the next time from the cache', async () => {
  const { client, asked } = aClient();

  const { data } = await client.query({ query: TENANT });
  const again = await client.query({ query: TENANT });

  assert.equal(data.tenant.branding.displayName, 'Acme Academy');
  assert.deepEqual(again.data, data);
  assert.deepEqual(asked.map(({ status, type }) => [status, type]), [
    [200, 'application/graphql-response+json; charset=utf-8'],
  ]);
});

test('queries are sent by GET where that is wished', async () => {
  const { client, asked } = aClient({ link: { useGETForQueries: true } });

  const { data } = await client.query({ query: SESSIONS, variables: { first: 1 } });
  await aProgram(client);

  assert.equal(data.sessions.edges.length, 1);
  assert.deepEqual(asked.map(({ method }) => method), ['GET', 'POST']);
});

test('pages are joined by relayStylePagination, to the last one', async () => {
  const { client, asked } = aClient({
    cache: { typePolicies: { Query: { fields: { sessions: relayStylePagination(['where', 'orderBy']) } } } },
  });
  const pages = client.watchQuery({ query: SESSIONS, variables: { first: 10 } });

  let { data } = await pages.refetch();
  while (data.sessions.pageInfo.hasNextPage) {
    await pages.fetchMore({ variables: { after: data.sessions.pageInfo.endCursor } });
    ({ data } = pages.getCurrentResult());
  }

  const titles = data.sessions.edges.map(({ node }) => node.title);
  assert.deepEqual(titles, Array.from({ length: 25 }, (_, number) => `Session ${number + 1}`));
  assert.equal(asked.length, 3);
});

test('rows are kept by their id, and what a mutation answers is shown wherever the row is', async () => {
  const { client, asked } = aClient();
  const { id } = await aProgram(client);
  const shown = [];
  const watching = client.watchQuery({ query: PROGRAM, variables: { id } }).subscribe(({ data, loading }) => {
    if (!loading) shown.push(data.program.title);
  });
  await client.query({ query: PROGRAM, variables: { id } });

  await client.mutate({ mutation: RENAME, variables: { input: { id, title: 'Coaching' } } });

  watching.unsubscribe();
  assert.deepEqual(shown, ['Feedback', 'Coaching']);
  assert.equal(client.cache.extract()[`Program:${id}`].title, 'Coaching');
  assert.equal(asked.length, 3);
});

test('a refusal is data: by its own type, and by the interface', async () => {
  const { client } = aClient({ cache: { possibleTypes: await possibleTypes() } });
  await aProgram(client, { externalRef: 'apollo' });

  const refused = await aProgram(client, { externalRef: 'apollo' });

  assert.equal(refused.__typename, 'ProgramRefused');
  assert.deepEqual([refused.code, refused.field, refused.retryable], ['REFERENCE_TAKEN', 'externalRef', false]);
});

async function possibleTypes() {
  const { client } = aClient();
  const { data } = await client.query({
    query: gql`
      {
        __schema {
          types {
            name
            possibleTypes {
              name
            }
          }
        }
      }
    `,
  });
  const abstract = data.__schema.types.filter((type) => type.possibleTypes);
  return Object.fromEntries(abstract.map(({ name, possibleTypes }) => [name, possibleTypes.map((one) => one.name)]));
}

const FORBIDDEN = gql`
  query Forbidden {
    tenant {
      id
      name
    }
    key(id: "key_00000000000000000000000000000000") {
      id
    }
  }
`;

test('what is forbidden is an error with a code, by every error policy', async () => {
  const { client } = aClient({ role: 'learner' });

  const none = await client.query({ query: FORBIDDEN }).catch((error) => error);
  const all = await client.query({ query: FORBIDDEN, errorPolicy: 'all', fetchPolicy: 'network-only' });
  const ignore = await client.query({ query: FORBIDDEN, errorPolicy: 'ignore', fetchPolicy: 'network-only' });

  assert.ok(CombinedGraphQLErrors.is(none) && CombinedGraphQLErrors.is(all.error));
  assert.deepEqual([none, all.error].map(({ errors }) => errors[0].extensions.code), ['FORBIDDEN', 'FORBIDDEN']);
  assert.deepEqual(all.error.errors[0].path, ['key']);
  assert.deepEqual([all.data.tenant.name, all.data.key], ['Acme', null]);
  assert.deepEqual([ignore.data, ignore.error], [all.data, undefined]);
});

test('a document that does not fit the schema, and a key that is none, are told by their codes', async () => {
  const wrong = gql`
    {
      nothing
    }
  `;

  const invalid = await aClient().client.query({ query: wrong }).catch((error) => error);
  const { client } = aClient({ headers: { authorization: 'Bearer clg_nobody_nothing' } });
  const unknown = await client.query({ query: TENANT }).catch((error) => error);

  assert.equal(invalid.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  assert.equal(unknown.errors[0].extensions.code, 'UNAUTHENTICATED');
});

test('a row that was created comes into a list that is shown', async () => {
  const { client } = aClient();
  const query = gql`
    query Programs {
      programs(first: 100, orderBy: { field: TITLE, direction: ASCENDING }) {
        nodes {
          id
          title
        }
      }
    }
  `;
  const before = (await client.query({ query })).data.programs.nodes.length;

  await client.mutate({
    mutation: CREATE,
    variables: { input: { title: 'New' } },
    update: (cache, { data }) =>
      cache.updateQuery({ query }, ({ programs }) => ({
        programs: { ...programs, nodes: [...programs.nodes, data.createProgram] },
      })),
  });
  const { data } = await client.query({ query, fetchPolicy: 'cache-only' });

  assert.equal(data.programs.nodes.length, before + 1);
});

const persisted = (query) => {
  const fetch = watched();
  const http = new HttpLink({ uri: url, headers: signedIn('coordinator'), fetch });
  const sha256 = (text) => createHash('sha256').update(text).digest('hex');
  const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(http);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  return client.query({ query }).then(({ data }) => ({ data, asked: fetch.asked }));
};

test('a persisted query is sent with its text once, and by GET with its hash alone from then on', async () => {
  const query = gql`
    query Persisted {
      tenant {
        id
        sandbox
      }
    }
  `;

  const first = await persisted(query);
  const second = await persisted(query);

  assert.deepEqual(second.data, first.data);
  assert.deepEqual(first.asked.map(({ method, body }) => [method, 'query' in JSON.parse(body ?? '{}')]), [
    ['GET', false],
    ['POST', true],
  ]);
  assert.deepEqual(second.asked.map(({ method, status, address }) => [method, status, address.searchParams.has('query')]), [
    ['GET', 200, false],
  ]);
});
