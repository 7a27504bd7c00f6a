// Finds out whether the database can be written, at most once a second: anybody may ask whether a server is ready, and
// a write costs the disk something.

import type { LicenseStore } from './store.ts';

const NOTE = 'write-probe';
const HOLDS_MS = 1_000;

/** @returns rejects where the database cannot be written */
export function createWriteProbe(
  store: Pick<LicenseStore, 'changeNote'>,
  now: () => number,
): () => Promise<void> {
  let probe: { readonly at: number; readonly result: Promise<void> } | undefined;

  return () => {
    const at = now();
    if (!probe || Math.abs(at - probe.at) >= HOLDS_MS)
      probe = {
        at,
        // With the time in it, so that there is something to write.
        result: store.changeNote(NOTE, at, () => ({
          save: { value: String(at), until: at + HOLDS_MS },
          outcome: undefined,
        })),
      };
    return probe.result;
  };
}
