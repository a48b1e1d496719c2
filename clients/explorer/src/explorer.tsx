import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { useEffect, useRef } from 'react';
import { fetcher } from './endpoint';
import { EXAMPLES_PLUGIN } from './examples-panel';
import { Header } from './header';
import { useKey } from './key';
import { EDITOR_THEME } from './theme';
import { ViewerProvider } from './viewer';

const PLUGINS = [DOC_EXPLORER_PLUGIN, EXAMPLES_PLUGIN, HISTORY_PLUGIN];

const WELCOME = `# Whose API is this? Needs no key.
# Run it with Ctrl-Enter; Escape leads out of the editor.
query Tenant {
  tenant {
    name
  }
}
`;

/** Some tenants show their schema to whoever has a key: a new key asks for it again. */
function SchemaForKey() {
  const { introspect } = useGraphiQLActions();
  const key = useKey();
  const asked = useRef(key);

  useEffect(() => {
    if (asked.current === key) return;
    asked.current = key;
    void introspect();
  }, [key, introspect]);

  return null;
}

export const Explorer = () => (
  <ViewerProvider>
    <GraphiQLProvider
      fetcher={fetcher}
      plugins={PLUGINS}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      visiblePlugin={EXAMPLES_PLUGIN}
      defaultQuery={WELCOME}
      editorTheme={EDITOR_THEME}
      inputValueDeprecation
      schemaDescription
    >
      <HistoryStore>
        <DocExplorerStore>
          <SchemaForKey />
          <Header />
          <main>
            <GraphiQLInterface defaultEditorToolsVisibility="variables">
              <GraphiQL.Logo>{null}</GraphiQL.Logo>
            </GraphiQLInterface>
          </main>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  </ViewerProvider>
);
