import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useState } from 'react';
import { CHAPTERS, type Chapter, type Example } from './examples';
import { ExamplesIcon } from './icons';
import { filled } from './placeholders';

/** The titles of the chapters that are open, as long as the page is. */
const opened = new Set(CHAPTERS.slice(0, 2).map(({ title }) => title));

/** The variables that each example was opened with last. */
const given = new Map<string, string>();

function ExamplesPanel() {
  const [wanted, setWanted] = useState('');
  const word = wanted.trim().toLowerCase();
  const shown = matching(word);

  return (
    <section aria-label="Examples">
      <h2 className="explorer-panel-title">Examples</h2>
      <p className="explorer-hint">
        A program from its first draft to its results: run them one after the other. Ids and dates are filled in from
        the answers that you got before.
      </p>
      <input
        className="explorer-filter"
        type="search"
        placeholder="Filter the examples"
        aria-label="Filter the examples"
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
      />
      {shown.map((chapter) => (
        <ChapterExamples key={`${chapter.title} ${word}`} chapter={chapter} open={word !== ''} />
      ))}
      <p className="explorer-hint" role="status">
        {shown.length === 0 && 'No example matches. The docs list every type and field.'}
      </p>
    </section>
  );
}

function ChapterExamples({ chapter: { title, examples }, open }: { chapter: Chapter; open: boolean }) {
  const show = useShow();

  return (
    <details
      className="explorer-chapter"
      open={open || opened.has(title)}
      onToggle={({ currentTarget }) => !open && opened[currentTarget.open ? 'add' : 'delete'](title)}
    >
      <summary>
        <h3>{title}</h3>
        <span className="explorer-count">{examples.length}</span>
      </summary>
      <ol>
        {examples.map((example) => (
          <li key={example.id}>
            <button type="button" disabled={!show} onClick={() => show?.(example)}>
              <span className="explorer-example-title">
                {example.title}
                <Kind of={example} />
              </span>
              <span className="explorer-example-description">{example.description}</span>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** What an example does beyond reading. */
function Kind({ of: { operations } }: { of: Example }) {
  const operation = operations[0]?.operation;

  return operation && operation !== 'query' ? <em>{operation}</em> : null;
}

/** Opens an example in a tab of its own; one that is open already, unchanged, is shown again. Null without editors. */
function useShow(): ((example: Example) => void) | null {
  const { addTab, changeTab, setOperationFacts, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, queryEditor, variableEditor } = useGraphiQL(({ tabs, queryEditor, variableEditor }) => ({
    tabs,
    queryEditor,
    variableEditor,
  }));

  if (!queryEditor || !variableEditor) return null;

  return ({ id, query, variables, document, operations }) => {
    const operationName = operations[0]?.name?.value ?? '';
    const already = tabs.findIndex((tab) => tab.query === query);
    const theirs = already >= 0 && tabs[already]?.variables !== given.get(id) ? tabs[already]?.variables : null;
    if (already >= 0) changeTab(already);
    else addTab();

    queryEditor.setValue(query);
    const values = theirs ? filled(theirs) : filled(variables);
    if (!theirs) given.set(id, values);
    variableEditor.setValue(values);

    // GraphiQL reads its editors a tenth of a second late: run sooner, the example would go out under the last name.
    updateActiveTabValues({ query, variables: values, operationName });
    setOperationFacts({ documentAST: document, operationName, operations });
    queryEditor.focus();
  };
}

function matching(word: string): Chapter[] {
  return CHAPTERS.map(({ title, examples }) => ({
    title,
    examples: examples.filter((example) =>
      `${title} ${example.id} ${example.title} ${example.description}`.toLowerCase().includes(word),
    ),
  })).filter(({ examples }) => examples.length > 0);
}

export const EXAMPLES_PLUGIN: GraphiQLPlugin = { title: 'Examples', icon: ExamplesIcon, content: ExamplesPanel };
