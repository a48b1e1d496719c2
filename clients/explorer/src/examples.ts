import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql';
import story from '../examples/story.json';

export interface Example {
  id: string;
  title: string;
  description: string;
  query: string;
  variables: string;
  document: DocumentNode;
  operations: OperationDefinitionNode[];
}

export interface Chapter {
  title: string;
  examples: Example[];
}

// Vite reads these calls as text: the options must stand in each.
const queries = import.meta.glob<string>('../examples/*/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob<string>('../examples/*/*.json', { query: '?raw', import: 'default', eager: true });

/** The examples in the order in which a newcomer runs them. */
export const CHAPTERS: Chapter[] = story.map(({ title, examples }) => ({ title, examples: examples.map(example) }));

function example(name: string): Example {
  const path = `../examples/${name}.graphql`;
  const query = queries[path] ?? '';
  const document = parse(query);
  const firstLine = query.slice(0, query.indexOf('\n'));

  return {
    id: name,
    title: spoken(name.slice(name.indexOf('/') + 1)),
    description: firstLine.replace(/^#\s*/, ''),
    query,
    variables: variables[path.replace(/graphql$/, 'json')]?.trim() ?? '',
    document,
    operations: document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION),
  };
}

/** `your-roles` is read as "Your roles". */
function spoken(name: string): string {
  const words = name.replaceAll('-', ' ');

  return words.charAt(0).toUpperCase() + words.slice(1);
}
