import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as inspector from '@graphql-inspector/core';
import { Source, buildClientSchema, buildSchema, getIntrospectionQuery } from 'graphql';
import { SCHEMA } from '../made.mjs';
import { signedIn, url } from '../server.mjs';

const { CriticalityLevel, diff, validate } = inspector.default ?? inspector;
const EXAMPLES = join(SCHEMA, '..', '..', 'clients', 'explorer', 'examples');

const committed = buildSchema(readFileSync(SCHEMA, 'utf8'));
const served = buildClientSchema(await introspection());

async function introspection() {
  const query = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, directiveIsRepeatable: true });
  const headers = { ...signedIn('coordinator'), 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await response.json()).data;
}

const documents = globSync('*/*.graphql', { cwd: EXAMPLES }).map(
  (path) => new Source(readFileSync(join(EXAMPLES, path), 'utf8'), path),
);

test('what is served is what is committed, but for directives that introspection does not tell', async () => {
  const changes = await diff(committed, served);

  const told = changes.filter(({ type }) => !type.startsWith('DIRECTIVE_USAGE'));
  assert.deepEqual(told.map(({ message }) => message), []);
});

test('every example of the explorer is valid against what is served, and asks for nothing deprecated', () => {
  assert.ok(documents.length > 50);
  assert.deepEqual(validate(served, documents), []);
});

test('a field that would go is found as a breaking change', async () => {
  const without = readFileSync(SCHEMA, 'utf8').replace(/ {2}"""How many seats are taken."""\n {2}seatsTaken: Int!\n/, '');

  const changes = await diff(committed, buildSchema(without));

  assert.deepEqual(changes.map(({ criticality, path }) => [criticality.level, path]), [
    [CriticalityLevel.Breaking, 'Session.seatsTaken'],
  ]);
});
