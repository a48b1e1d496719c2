import { useSyncExternalStore } from 'react';

// GraphiQL's "Clear storage" removes whatever has its prefix: the key goes with the rest.
const NAME = 'graphiql:apiKey';
const listeners = new Set<() => void>();

export const readKey = (): string | null => localStorage.getItem(NAME);

export function storeKey(key: string | null): void {
  if (key === null) localStorage.removeItem(NAME);
  else localStorage.setItem(NAME, key);

  listeners.forEach((listener) => listener());
}

/** The key of this host, in step with every open tab. */
export const useKey = (): string | null => useSyncExternalStore(subscribe, readKey);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);

  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}
