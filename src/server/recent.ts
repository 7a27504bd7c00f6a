// Remembers for a moment what was just read of licenses and seats, because a page that reloads, its tabs and its
// retries ask the same again at once. What this process changes is forgotten at once; what another process on the
// same database changes is seen when the moment is over.

import { createBoundedMap } from './bounded-map.ts';
import type { License, LicenseStore, Seat } from './store.ts';

const MOMENT_MS = 1_000;
const MOST_REMEMBERED = 10_000;

/** @returns the same store, with quicker reads; that there is none is never remembered */
export function withRecent(store: LicenseStore, now: () => number): LicenseStore {
  const licenses = createMemory<License>(now);
  const seats = createMemory<Seat>(now);

  return {
    ...store,
    findLicense: (product, keyHash) =>
      licenses.recall(`${product} ${keyHash}`, () => store.findLicense(product, keyHash)),
    findSeat: (licenseId, handle) =>
      seats.recall(`${licenseId} ${handle}`, () => store.findSeat(licenseId, handle)),

    touchSeat: (licenseId, seat) =>
      seats.forgetAfter([`${licenseId} ${seat.handle}`], store.touchSeat(licenseId, seat)),
    changeLicense: (product, keyHash, decide) =>
      licenses.forgetAfter([`${product} ${keyHash}`], store.changeLicense(product, keyHash, decide)),
    async changeSeats(licenseId, handles, decide) {
      const gone: string[] = [];
      const change = store.changeSeats(licenseId, handles, (view) => {
        const decision = decide(view);
        gone.push(`${view.license.product} ${view.license.keyHash}`);
        for (const handle of decision.change?.release ?? []) gone.push(`${licenseId} ${handle}`);
        return decision;
      });
      return licenses.forgetAfter(gone, seats.forgetAfter(gone, change));
    },
  };
}

function createMemory<T>(now: () => number) {
  const remembered = createBoundedMap<{ readonly at: number; readonly value: T }>(MOST_REMEMBERED);
  /** Counts changes: what was being read while something changed is not remembered. */
  let changes = 0;

  return {
    async recall(id: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
      const time = now();
      const known = remembered.get(id);
      if (known && time >= known.at && time - known.at < MOMENT_MS) return known.value;
      const before = changes;
      const value = await read();
      if (value === undefined || before !== changes) remembered.delete(id);
      else remembered.set(id, { at: time, value });
      return value;
    },
    /** @param ids may still grow until the change is done */
    async forgetAfter<R>(ids: readonly string[], change: Promise<R>): Promise<R> {
      changes += 1;
      try {
        return await change;
      } finally {
        changes += 1;
        for (const id of ids) remembered.delete(id);
      }
    },
  };
}
