import { useGraphiQL, useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

/** What GraphiQL's editors do here beyond what they do by themselves. */
export function useEditors(): void {
  useWrapping();
  useDefaults();
}

/** Long lines go on in the next one, as they do in the response. */
function useWrapping(): void {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);

  useEffect(() => {
    for (const editor of [queryEditor, variableEditor]) editor?.updateOptions({ wordWrap: 'on' });
  }, [queryEditor, variableEditor]);
}

/** A field that has a default may be left out; by itself GraphiQL calls it missing (graphql/graphiql#3571). */
function useDefaults(): void {
  const monaco = useMonaco((state) => state.monaco);

  useEffect(() => {
    if (!monaco) return undefined;

    const { jsonDefaults } = monaco.languages.json;
    const original = jsonDefaults.setDiagnosticsOptions;
    jsonDefaults.setDiagnosticsOptions = (options) => {
      options.schemas?.forEach(({ schema }) =>
        Object.values((schema as VariablesSchema).definitions ?? {}).forEach(leaveOut),
      );
      original.call(jsonDefaults, options);
    };

    return () => {
      jsonDefaults.setDiagnosticsOptions = original;
    };
  }, [monaco]);
}

interface VariablesSchema {
  definitions?: Record<string, InputSchema>;
}

interface InputSchema {
  required?: string[];
  properties?: Record<string, { default?: unknown }>;
}

function leaveOut(input: InputSchema): void {
  input.required = input.required?.filter((name) => input.properties?.[name]?.default === undefined) ?? [];
}
