// Remembers for a short while which keys the marketplace has just called invalid, so that trying one again and
// again costs nothing. Never for long: an order that is not complete yet becomes valid minutes later.

import { createBoundedMap } from './bounded-map.ts';

const FIRST_MS = 60_000;
const LONGEST_MS = 10 * 60_000;
const MOST_REMEMBERED = 10_000;

export interface Denials {
  has(id: string): boolean;
  /** Each time in a row it is remembered twice as long. */
  add(id: string): void;
  delete(id: string): void;
}

export function createDenials(now: () => number): Denials {
  const denied = createBoundedMap<{ until: number; forMs: number }>(MOST_REMEMBERED);

  return {
    has: (id) => (denied.get(id)?.until ?? 0) > now(),
    add(id) {
      const before = denied.get(id);
      const forMs = before ? Math.min(before.forMs * 2, LONGEST_MS) : FIRST_MS;
      denied.set(id, { until: now() + forMs, forMs });
    },
    delete: (id) => denied.delete(id),
  };
}
