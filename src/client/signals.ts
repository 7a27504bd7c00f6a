// Tells when it is worth looking again: the network is back, the page is seen again, or was brought back whole.

import type { Signal } from './model.ts';

/** @returns the way to stop it */
export function watchPage(onSignal: (signal: Signal) => void): () => void {
  if (!globalThis.document) return () => {}; // Node, or a worker
  const stop = new AbortController();
  const { signal } = stop;
  addEventListener('online', () => onSignal('online'), { signal });
  // A page from the back/forward cache may be days old.
  addEventListener('pageshow', (event) => event.persisted && onSignal('resumed'), { signal });
  document.addEventListener('visibilitychange', () => document.hidden || onSignal('visible'), { signal });
  return () => stop.abort();
}
