import { type SubmitEvent, useEffect, useId, useRef, useState } from 'react';
import { storeKey, useKey } from './key';
import { identify, useViewer, type Viewer } from './viewer';

export const KEY_PANEL = 'api-key';

/** Opened by the header's button; the browser closes it on Escape and on a click elsewhere. */
export function KeyPanel() {
  const key = useKey();
  const panel = useRef<HTMLDivElement>(null);
  const focus = () => panel.current?.querySelector<HTMLElement>('input, button')?.focus();

  // What had the focus is gone when a key comes or goes.
  useEffect(() => {
    if (panel.current?.matches(':popover-open')) focus();
  }, [key]);

  return (
    <div
      id={KEY_PANEL}
      ref={panel}
      popover="auto"
      role="dialog"
      aria-label="API key"
      className="explorer-key"
      onToggle={({ newState }) => newState === 'open' && focus()}
    >
      <h2>API key</h2>
      {key ? <StoredKey value={key} /> : <NewKey />}
      <p className="explorer-hint">
        Every operation you run carries the key as <code>Authorization: Bearer …</code>, unless the Headers tab sets an{' '}
        <code>Authorization</code> of its own. The key stays in this browser, for this host only.
      </p>
    </div>
  );
}

function NewKey() {
  const field = useId();
  const [typed, setTyped] = useState('');
  const [visible, setVisible] = useState(false);
  const [checking, setChecking] = useState(false);
  const [refusal, setRefusal] = useState('');

  async function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    const key = typed.replace(/^\s*Bearer\s+/i, '').trim();
    if (!key || checking) return;

    setChecking(true);
    const viewer = await identify(key);
    setChecking(false);
    if (viewer.state === 'refused') setRefusal(viewer.reason);
    else storeKey(key);
  }

  return (
    <form onSubmit={(event) => void submit(event)}>
      <label htmlFor={field}>Paste a key of this tenant</label>
      <div className="explorer-key-field">
        <input
          id={field}
          type={visible ? 'text' : 'password'}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={`${field}-refusal`}
          aria-invalid={refusal !== ''}
          onChange={(event) => {
            setTyped(event.target.value);
            setRefusal('');
          }}
        />
        <button type="button" aria-pressed={visible} onClick={() => setVisible(!visible)}>
          Show
        </button>
      </div>
      <p id={`${field}-refusal`} className="explorer-refusal" role="status">
        {refusal && `This key was refused: ${refusal}`}
      </p>
      <button type="submit" className="explorer-primary" disabled={checking || typed.trim() === ''}>
        {checking ? 'Checking…' : 'Use this key'}
      </button>
    </form>
  );
}

function StoredKey({ value }: { value: string }) {
  const viewer = useViewer();

  return (
    <>
      <div role="status">
        <Who viewer={viewer} />
        <p>
          <code>{masked(value)}</code>
        </p>
      </div>
      <div className="explorer-key-field">
        <button type="button" className="explorer-primary" popoverTarget={KEY_PANEL} popoverTargetAction="hide">
          Done
        </button>
        <button type="button" onClick={() => storeKey(null)}>
          Forget this key
        </button>
      </div>
    </>
  );
}

function Who({ viewer }: { viewer: Viewer }) {
  switch (viewer.state) {
    case 'known':
      return (
        <>
          <p className="explorer-who">
            {viewer.name || 'A key without a name'} <span className="explorer-kind">{viewer.kind}</span>
          </p>
          <Words label="Roles" words={viewer.roles} />
          <Words label="Scopes" words={viewer.scopes} />
        </>
      );
    case 'refused':
      return <p className="explorer-refusal">This key is no longer accepted: {viewer.reason}</p>;
    case 'unknown':
      return <p className="explorer-who">A key that speaks for no person</p>;
    default:
      return <p className="explorer-who">Checking…</p>;
  }
}

function Words({ label, words }: { label: string; words: string[] }) {
  if (words.length === 0) return null;

  return (
    <>
      <h3>{label}</h3>
      <ul className="explorer-words" aria-label={label}>
        {words.map((word) => (
          <li key={word}>{word}</li>
        ))}
      </ul>
    </>
  );
}

const masked = (key: string): string => `${key.slice(0, key.length > 16 ? 6 : 0)}…${key.slice(-4)}`;
