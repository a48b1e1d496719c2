// Folders for what compilers make, beside the packages that it imports. They go when the suite is done.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const MADE = join(import.meta.dirname, 'made');

export const SCHEMA = join(import.meta.dirname, '..', '..', 'api', 'schema.graphql');

export function aFolder(source) {
  mkdirSync(MADE, { recursive: true });
  const folder = mkdtempSync(join(MADE, `${source ?? 'empty'}-`));
  if (source) cpSync(join(import.meta.dirname, source), folder, { recursive: true });
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
