import { type DocumentNode, Kind, type OperationDefinitionNode, parse } from 'graphql';

export interface Example {
  id: string;
  title: string;
  description: string;
  query: string;
  variables: string;
  document: DocumentNode;
  operations: OperationDefinitionNode[];
}

export interface Capability {
  title: string;
  examples: Example[];
}

// Vite reads these calls as text: the options must stand in each.
const queries = import.meta.glob<string>('../examples/*/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob<string>('../examples/*/*.json', { query: '?raw', import: 'default', eager: true });

export const CAPABILITIES: Capability[] = [...Map.groupBy(Object.keys(queries).sort(), folder)].map(
  ([name, paths]) => ({ title: spoken(name), examples: paths.map(example) }),
);

function example(path: string): Example {
  const query = queries[path] ?? '';
  const document = parse(query);
  const firstLine = query.slice(0, query.indexOf('\n'));

  return {
    id: path,
    title: spoken(path.slice(path.lastIndexOf('/') + 1, -'.graphql'.length)),
    description: firstLine.replace(/^#\s*/, ''),
    query,
    variables: variables[path.replace(/graphql$/, 'json')]?.trim() ?? '',
    document,
    operations: document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION),
  };
}

function folder(path: string): string {
  return path.split('/').at(-2) ?? '';
}

/** `peer-pairs` is read as "Peer pairs". */
function spoken(name: string): string {
  const words = name.replaceAll('-', ' ');

  return words.charAt(0).toUpperCase() + words.slice(1);
}
