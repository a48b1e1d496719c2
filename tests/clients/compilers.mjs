// The compilers of frontends, run as builds run them, each in a folder of its own.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import compiler from 'relay-compiler';
import { SCHEMA, aFolder } from './made.mjs';

const PACKAGES = join(import.meta.dirname, 'node_modules');
const SCALARS = [
  'Date',
  'DateTime',
  'Decimal',
  'Duration',
  'EmailAddress',
  'LocalDateTime',
  'Locale',
  'TimeZone',
  'URL',
];

const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const load = async (file) => import(pathToFileURL(file).href);

// What relay-compiler made of `relay`: its artifacts by name, and its manifest.
export async function relay() {
  const folder = aFolder('relay');
  const manifest = join(folder, 'documents.json');
  const config = {
    src: './src',
    schema: './schema.graphql',
    language: 'javascript',
    artifactDirectory: './artifacts',
    eagerEsModules: false,
    persistConfig: { file: './documents.json' },
  };
  copyFileSync(SCHEMA, join(folder, 'schema.graphql'));
  mkdirSync(join(folder, 'artifacts'));
  writeFileSync(manifest, '{}');
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
  writeFileSync(join(folder, 'relay.config.json'), JSON.stringify(config));
  const compiled = spawnSync(compiler, ['relay.config.json'], { cwd: folder, encoding: 'utf8' });

  const artifacts = {};
  for (const file of readdirSync(join(folder, 'artifacts'))) {
    artifacts[basename(file, '.graphql.js')] = (await load(join(folder, 'artifacts', file))).default;
  }
  return { compiled, artifacts, manifest, documents: read(manifest) };
}

// What the client preset of graphql-codegen made of `codegen`: a program that TypeScript has checked, and its manifest.
export function codegen() {
  const folder = aFolder('codegen');
  const manifest = join(folder, 'generated', 'persisted-documents.json');
  const config = {
    schema: SCHEMA,
    documents: ['program.ts'],
    generates: {
      'generated/': {
        preset: 'client',
        presetConfig: { persistedDocuments: true },
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
  const run = (...words) => spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  const generated = run(join(PACKAGES, '@graphql-codegen', 'cli', 'esm', 'bin.js'), '--config', 'codegen.json');
  const checked = run(join(PACKAGES, 'typescript', 'bin', 'tsc'), '--project', '.');
  const program = () => load(join(folder, 'out', 'program.js'));
  return { generated, checked, program, manifest, documents: () => read(manifest) };
}
