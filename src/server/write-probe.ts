// Finds out whether the database can be written, at most once a second: anybody may ask whether a server is ready, and
// a write costs the disk something.

import { createHeldResult } from './held-result.ts';
import type { LicenseStore } from './store.ts';

const NOTE = 'write-probe';
const HOLDS_MS = 1_000;

/** @returns rejects where the database cannot be written */
export function createWriteProbe(
  store: Pick<LicenseStore, 'changeNote'>,
  now: () => number,
): () => Promise<void> {
  return createHeldResult(HOLDS_MS, now, () => {
    const at = now();
    // With the time in it, so that there is something to write.
    const save = { value: String(at), until: at + HOLDS_MS };
    return store.changeNote(NOTE, at, () => ({ save, outcome: undefined }));
  });
}
