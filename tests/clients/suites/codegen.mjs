import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import { SCHEMA, aFolder } from '../made.mjs';
import { signedIn, url } from '../server.mjs';

const PACKAGES = join(import.meta.dirname, '..', 'node_modules');
const SCALARS = ['Date', 'DateTime', 'Decimal', 'Duration', 'EmailAddress', 'LocalDateTime', 'Locale', 'TimeZone', 'URL'];

const folder = aFolder('codegen');
const generated = generate();
const checked = run(join(PACKAGES, 'typescript', 'bin', 'tsc'), '--project', '.');

function generate() {
  const config = {
    schema: SCHEMA,
    documents: ['program.ts'],
    generates: {
      'generated/': {
        preset: 'client',
        presetConfig: { persistedDocuments: { hashAlgorithm: 'sha256' } },
        config: {
          documentMode: 'string',
          enumsAsTypes: true,
          useTypeImports: true,
          strictScalars: true,
          scalars: { ...Object.fromEntries(SCALARS.map((name) => [name, 'string'])), JSON: 'unknown' },
          emitLegacyCommonJSImports: false,
        },
      },
    },
  };
  writeFileSync(join(folder, 'codegen.json'), JSON.stringify(config));
  return run(join(PACKAGES, '@graphql-codegen', 'cli', 'esm', 'bin.js'), '--config', 'codegen.json');
}

function run(...words) {
  return spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
}

async function ask(document, variables) {
  const headers = { ...signedIn('coordinator'), 'content-type': 'application/json' };
  const body = JSON.stringify({ query: manifest()[document.__meta__.hash], variables });
  const { data, errors } = await (await fetch(url, { method: 'POST', headers, body })).json();
  assert.equal(errors, undefined);
  return data;
}

const manifest = () => JSON.parse(readFileSync(join(folder, 'generated', 'persisted-documents.json'), 'utf8'));
const program = () => import(pathToFileURL(join(folder, 'out', 'program.js')).href);

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

  assert.deepEqual(lines.map((line) => line.split(':')[0]), ['Session 1', 'Session 2']);
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
