import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useState } from 'react';
import { CAPABILITIES, type Capability, type Example } from './examples';
import { ExamplesIcon } from './icons';

function ExamplesPanel() {
  const [wanted, setWanted] = useState('');
  const shown = matching(wanted.trim().toLowerCase());

  return (
    <section aria-label="Examples">
      <h2 className="explorer-panel-title">Examples</h2>
      <input
        className="explorer-filter"
        type="search"
        placeholder="Filter the examples"
        aria-label="Filter the examples"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {shown.map((capability) => (
        <CapabilityExamples key={capability.title} {...capability} />
      ))}
      <p className="explorer-hint" role="status">
        {shown.length === 0 && 'No example matches. The docs list every type and field.'}
      </p>
    </section>
  );
}

function CapabilityExamples({ title, examples }: Capability) {
  const open = useOpen();

  return (
    <section className="explorer-capability" aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {examples.map((example) => (
          <li key={example.id}>
            <button type="button" onClick={() => open(example)}>
              <span className="explorer-example-title">
                {example.title}
                <Kind of={example} />
              </span>
              <span className="explorer-example-description">{example.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What an example does beyond reading. */
function Kind({ of: { operations } }: { of: Example }) {
  const operation = operations[0]?.operation;

  return operation && operation !== 'query' ? <em>{operation}</em> : null;
}

/** Opens an example in a tab of its own; one that is open already, unchanged, is shown again. */
function useOpen(): (example: Example) => void {
  const { addTab, changeTab, setOperationFacts, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(({ tabs, queryEditor, variableEditor }) => ({
    tabs,
    queryEditor,
    variableEditor,
  }));

  return ({ query, variables, document, operations }) => {
    const operationName = operations[0]?.name?.value ?? '';
    const already = tabs.findIndex((tab) => tab.query === query);
    if (already >= 0) changeTab(already);
    else {
      addTab();
      queryEditor?.setValue(query);
      variableEditor?.setValue(variables);
    }

    // GraphiQL reads its editor a tenth of a second late: run sooner, the example would go out under the last name.
    updateActiveTabValues({ query, operationName });
    setOperationFacts({ documentAST: document, operationName, operations });
    queryEditor?.focus();
  };
}

function matching(wanted: string): Capability[] {
  return CAPABILITIES.map(({ title, examples }) => ({
    title,
    examples: examples.filter((example) =>
      `${title} ${example.title} ${example.description}`.toLowerCase().includes(wanted),
    ),
  })).filter(({ examples }) => examples.length > 0);
}

export const EXAMPLES_PLUGIN: GraphiQLPlugin = { title: 'Examples', icon: ExamplesIcon, content: ExamplesPanel };
