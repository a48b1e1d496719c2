import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import { fetcher } from './endpoint';
import { EXAMPLES_PLUGIN } from './examples-panel';
import { Header } from './header';
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
