import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { type Answer, ask } from './endpoint';
import { useKey } from './key';

export type Viewer =
  { state: 'anonymous' | 'checking' | 'unknown' } | ({ state: 'known' } & Known) | { state: 'refused'; reason: string };

interface Known {
  name: string;
  kind: 'Person' | 'App';
  roles: string[];
  scopes: string[];
}

interface ViewerData {
  viewer: {
    displayName: string;
    roles: string[];
    scopes: string[];
    app: { name: string } | null;
  } | null;
}

const QUERY = '{ viewer { displayName roles scopes app { name } } }';

const ViewerContext = createContext<Viewer>({ state: 'anonymous' });

export const useViewer = (): Viewer => useContext(ViewerContext);

export function ViewerProvider({ children }: { children: ReactNode }) {
  const key = useKey();
  const [viewer, setViewer] = useState<Viewer>({ state: key ? 'checking' : 'anonymous' });

  useEffect(() => {
    let current = true;
    setViewer({ state: key ? 'checking' : 'anonymous' });
    if (key) void identify(key).then((found) => current && setViewer(found));

    return () => {
      current = false;
    };
  }, [key]);

  return <ViewerContext value={viewer}>{children}</ViewerContext>;
}

/** Who a key speaks for. `unknown` when the key is accepted and stands for nobody in particular. */
export async function identify(key: string): Promise<Viewer> {
  try {
    return viewerIn(await ask<ViewerData>(QUERY, key));
  } catch {
    return { state: 'refused', reason: 'The API did not answer.' };
  }
}

function viewerIn({ status, data, errors }: Answer<ViewerData>): Viewer {
  if (status === 401 || status === 403) return { state: 'refused', reason: errors?.[0]?.message ?? 'Unknown key.' };
  if (!data?.viewer) return { state: 'unknown' };

  const { displayName, roles, scopes, app } = data.viewer;

  return { state: 'known', name: displayName, kind: app ? 'App' : 'Person', roles, scopes };
}
