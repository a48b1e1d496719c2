import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Client, cacheExchange, fetchExchange, formatDocument, gql, stringifyDocument } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import runtime from 'relay-runtime';
import { codegen, relay } from '../compilers.mjs';
import { aFolder } from '../made.mjs';
import { collegium, url, watched } from '../server.mjs';

const { Environment, Network, RecordSource, Store, commitMutation, fetchQuery, getSelector } = runtime;
const SCOPES = ['programs:read', 'programs:write', 'sessions:read'];
const OUTSIDE = '{ programs(first: 1) { totalCount } }';

// An app with a key of its own, whose build's manifest is pushed, and which is locked then: all by the command line.
function aLockedApp(name, manifest) {
  const pushed = collegium('documents', 'push', manifest, '--app', name);
  const { key } = collegium('key', 'create', '--app', name, ...SCOPES.flatMap((scope) => ['--scope', scope]));
  const { locked } = collegium('documents', 'lock', '--app', name);
  assert.equal(locked, true);
  return { pushed, headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' } };
}

async function post(app, body) {
  return (await fetch(url, { method: 'POST', headers: app.headers, body: JSON.stringify(body) })).json();
}

const codes = ({ errors }) => errors.map(({ extensions }) => extensions.code);

const shop = await relay();
const shopApp = aLockedApp('Relay shop', shop.manifest);
const ofRelay = () => {
  const asked = [];
  const ask = async ({ id, text }, variables) => {
    asked.push([id, text]);
    return post(shopApp, { documentId: id, variables });
  };
  return {
    environment: new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) }),
    asked,
  };
};

const portal = codegen();
const portalApp = aLockedApp('Typed portal', portal.manifest);

test('Relay: what its compiler persists, by MD5, is registered as it is', () => {
  const ids = Object.keys(shop.documents);

  assert.deepEqual(shopApp.pushed, { app: 'Relay shop', checked: 6, registered: 6, unchanged: 0 });
  assert.deepEqual(
    ids.filter((id) => /^[0-9a-f]{32}$/.test(id)),
    ids,
  );
});

test('Relay: an app that is locked reads pages and writes, by ids alone', async () => {
  const { environment, asked } = ofRelay();
  const { programs } = await fetchQuery(environment, shop.artifacts.CatalogProgramsQuery, {}).toPromise();
  const { id } = programs.nodes.find(({ title }) => title === 'Leading hybrid teams');
  const page = await fetchQuery(environment, shop.artifacts.CatalogPaginationQuery, { id, count: 10 }).toPromise();
  const created = await new Promise((resolve, reject) =>
    commitMutation(environment, {
      mutation: shop.artifacts.CatalogCreateMutation,
      variables: { input: { title: 'Trusted' } },
      onCompleted: resolve,
      onError: reject,
    }),
  );

  const { title, sessions } = environment.lookup(getSelector(shop.artifacts.Catalog_program, page.node)).data;
  assert.deepEqual([title, sessions.edges.length], ['Leading hybrid teams', 10]);
  assert.equal(created.createProgram.title, 'Trusted');
  assert.deepEqual(
    asked.map(([id, text]) => [id in shop.documents, text]),
    Array(3).fill([true, null]),
  );
});

test('Relay: an operation that was not in the manifest is refused by its id', async () => {
  const { environment } = ofRelay();
  const query = structuredClone(shop.artifacts.CatalogProgramsQuery);
  query.params.id = createHash('md5').update(OUTSIDE).digest('hex');

  const failed = await fetchQuery(environment, query, {})
    .toPromise()
    .catch((error) => error);

  assert.deepEqual(codes(failed.source), ['DOCUMENT_NOT_FOUND']);
});

test('graphql-codegen: what its client preset persists is registered, and again changes nothing', () => {
  const again = collegium('documents', 'push', portal.manifest, '--app', 'Typed portal');

  assert.deepEqual(portalApp.pushed, { app: 'Typed portal', checked: 2, registered: 2, unchanged: 0 });
  assert.deepEqual(again, { app: 'Typed portal', checked: 2, registered: 0, unchanged: 2 });
});

test('graphql-codegen: an app that is locked runs its program by the hashes of its documents alone', async () => {
  const { create, sessions } = await portal.program();
  const ask = async (document, variables) => {
    const { data, errors } = await post(portalApp, { documentId: document.__meta__.hash, variables });
    assert.equal(errors, undefined, JSON.stringify(errors));
    return data;
  };

  const lines = await sessions(ask, 2);
  const id = await create(ask, 'Trusted', 'typed portal');
  const refused = await create(ask, 'Trusted', 'typed portal');

  assert.deepEqual(
    lines.map((line) => line.split(':')[0]),
    ['Session 1', 'Session 2'],
  );
  assert.match(id, /^prg_[0-9a-f]{32}$/);
  assert.equal(refused, 'REFERENCE_TAKEN');
});

test('graphql-codegen: a text that was not in the manifest is refused, and so is the id of another app', async () => {
  const [another] = Object.keys(shop.documents);

  assert.deepEqual(codes(await post(portalApp, { query: OUTSIDE })), ['DOCUMENT_NOT_TRUSTED']);
  assert.deepEqual(codes(await post(portalApp, { documentId: another })), ['DOCUMENT_NOT_FOUND']);
});

const PROGRAMS = gql`
  query Programs($title: String!) {
    programs(first: 1, where: { title: { eq: $title } }) {
      nodes {
        id
        title
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
      }
      ... on Refused {
        code
      }
    }
  }
`;

// What a build of urql's writes: the texts as its exchange hashes them.
function urqlManifest(...documents) {
  const texts = documents.map((document) => stringifyDocument(formatDocument(document)));
  const hashed = texts.map((text) => [`sha256:${createHash('sha256').update(text).digest('hex')}`, text]);
  const file = join(aFolder(), 'manifest.json');
  writeFileSync(file, JSON.stringify(Object.fromEntries(hashed)));
  return file;
}

const kiosk = aLockedApp('urql kiosk', urqlManifest(PROGRAMS, CREATE));
const ofUrql = (options, more = {}) => {
  const fetch = watched();
  const exchanges = [cacheExchange, persistedExchange({ enableForMutation: true, ...options }), fetchExchange];
  const { authorization } = kiosk.headers;
  return {
    client: new Client({ url, fetch, exchanges, fetchOptions: { headers: { authorization } }, ...more }),
    ...fetch,
  };
};

test('urql: an app that is locked reads and writes by hashes alone, from the first time on', async () => {
  const { client, asked } = ofUrql({ enforcePersistedQueries: true, preferGetForPersistedQueries: false });

  const created = await client.mutation(CREATE, { input: { title: 'Kiosk' } }).toPromise();
  const found = await client.query(PROGRAMS, { title: 'Kiosk' }).toPromise();

  assert.deepEqual([created.error, found.error], [undefined, undefined]);
  assert.deepEqual(found.data.programs.nodes, [created.data.createProgram]);
  assert.deepEqual(
    asked.map(({ method, body }) => [method, 'query' in JSON.parse(body)]),
    Array(2).fill(['POST', false]),
  );
});

test('urql: its hashes are asked by GET too', async () => {
  const { client, asked } = ofUrql({ enforcePersistedQueries: true, preferGetForPersistedQueries: 'force' });

  const { data, error } = await client.query(PROGRAMS, { title: 'Leading hybrid teams' }).toPromise();

  assert.equal(error, undefined);
  assert.equal(data.programs.nodes[0].title, 'Leading hybrid teams');
  assert.deepEqual(
    asked.map(({ method, address }) => [method, address.searchParams.has('query')]),
    [['GET', false]],
  );
});

test('urql: what was not in the manifest is not supported by its hash, and not trusted as text', async () => {
  const strict = ofUrql({ enforcePersistedQueries: true, preferGetForPersistedQueries: false });
  const lenient = ofUrql({ preferGetForPersistedQueries: false });

  const byHash = await strict.client.query(OUTSIDE, {}).toPromise();
  const asText = await lenient.client.query(OUTSIDE, {}).toPromise();

  assert.deepEqual(codes({ errors: byHash.error.graphQLErrors }), ['PERSISTED_QUERY_NOT_SUPPORTED']);
  assert.deepEqual(codes({ errors: asText.error.graphQLErrors }), ['DOCUMENT_NOT_TRUSTED']);
  assert.deepEqual(
    lenient.asked.map(({ body }) => 'query' in JSON.parse(body)),
    [false, true],
  );
});
