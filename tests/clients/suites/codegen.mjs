import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildSchema, parse, validate } from 'graphql';
import { codegen } from '../compilers.mjs';
import { SCHEMA } from '../made.mjs';
import { signedIn, url } from '../server.mjs';

const { generated, checked, program, documents: manifest } = codegen();

async function ask(document, variables) {
  const headers = { ...signedIn('coordinator'), 'content-type': 'application/json' };
  const body = JSON.stringify({ query: manifest()[document.__meta__.hash], variables });
  const { data, errors } = await (await fetch(url, { method: 'POST', headers, body })).json();
  assert.equal(errors, undefined);
  return data;
}

test('the client preset generates from the committed schema', () => {
  assert.equal(generated.status, 0, generated.stdout + generated.stderr);
});

test('a strict program of it is checked, and its mistakes are found', () => {
  assert.equal(checked.status, 0, checked.stdout + checked.stderr);
});

test('the program runs: fragments, refusals and all', async () => {
  const { create, sessions } = await program();

  const lines = await sessions(ask, 2);
  const id = await create(ask, 'Feedback', 'codegen');
  const refused = await create(ask, 'Feedback', 'codegen');

  assert.deepEqual(
    lines.map((line) => line.split(':')[0]),
    ['Session 1', 'Session 2'],
  );
  assert.match(id, /^prg_[0-9a-f]{32}$/);
  assert.equal(refused, 'REFERENCE_TAKEN');
});

test('its manifest of persisted documents holds every operation under its SHA-256', () => {
  const schema = buildSchema(readFileSync(SCHEMA, 'utf8'));
  const documents = Object.entries(manifest());

  assert.equal(documents.length, 2);
  for (const [hash, text] of documents) {
    assert.equal(`sha256:${createHash('sha256').update(text).digest('hex')}`, hash);
    assert.deepEqual(validate(schema, parse(text)), []);
  }
});
