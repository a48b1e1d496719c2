import { useGraphiQL, useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

/** What GraphiQL's editors do here beyond what they do by themselves. */
export function useEditors(): void {
  useWrapping();
  useWayOut();
  useDefaults();
  useTabInView();
}

/** Long lines go on in the next one, as they do in the response. */
function useWrapping(): void {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);

  useEffect(() => {
    for (const editor of [queryEditor, variableEditor]) editor?.updateOptions({ wordWrap: 'on' });
  }, [queryEditor, variableEditor]);
}

/** In an editor the Tab key writes; Escape leads out of it again, as Enter leads in (WCAG 2.2, 2.1.2). */
function useWayOut(): void {
  const monaco = useMonaco((state) => state.monaco);
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const headerEditor = useGraphiQL((state) => state.headerEditor);
  const responseEditor = useGraphiQL((state) => state.responseEditor);

  useEffect(() => {
    const editors = [queryEditor, variableEditor, headerEditor, responseEditor];
    const actions = editors.map((editor) =>
      editor?.addAction({
        id: 'collegium.leave',
        label: 'Leave the Editor',
        keybindings: monaco ? [monaco.KeyCode.Escape] : [],
        keybindingContext: '!suggestWidgetVisible && !findWidgetVisible && !editorHasSelection',
        run: () => editor.getContainerDomNode().focus(),
      }),
    );

    return () => actions.forEach((action) => action?.dispose());
  }, [monaco, queryEditor, variableEditor, headerEditor, responseEditor]);
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

/** Where there are more tabs than fit, the one that is open is among those that show. */
function useTabInView(): void {
  const open = useGraphiQL((state) => state.activeTabIndex);

  useEffect(() => {
    document.querySelector('.graphiql-tab-active')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [open]);
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
