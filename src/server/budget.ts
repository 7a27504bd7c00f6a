// Shares out the marketplace's requests a minute, which all buyers of this server and all its processes have in
// common: waiting is bounded, known licenses go first. The rules are in budget-ledger.ts, the ledger is a note in
// the store.

import {
  EMPTY_LEDGER,
  WINDOW_MS,
  forget,
  readLedger,
  requestsLeft,
  waitFor,
  withPause,
  withRequest,
  type BudgetRules,
  type Lane,
  type Ledger,
} from './budget-ledger.ts';
import type { LicenseStore } from './store.ts';

/** Either a request may be made now, or it may not for the time given. */
export type Grant = { readonly granted: true } | { readonly granted: false; readonly retryAfterMs: number };

export interface BudgetOptions extends BudgetRules {
  readonly store: Pick<LicenseStore, 'changeNote'>;
  /** how long a request may wait for its turn; default 8 s, after which a buyer had better try again later */
  readonly waitMs?: number | undefined;
  readonly now: () => number;
}

export interface Budget {
  /** Rejects where the store does not answer. */
  take(lane: Lane): Promise<Grant>;
  /** Nothing is granted for this long, five minutes at most, in any process. */
  pause(forMs: number): Promise<void>;
  /** How long this lane would have to wait, as far as this process has seen: until then asking is in vain. */
  waitFor(lane: Lane): number;
  /** Requests that could be made right now, as far as this process has seen. */
  left(): number;
  /** How many in this process wait for their turn. */
  waiting(): number;
  /** Sends everybody away who waits, or would have to. */
  stopWaiting(): void;
}

const NOTE = 'marketplace-budget';
const SHORTEST_NAP_MS = 10;
const LONGEST_WAIT_MS = 8_000;

interface Waiter {
  readonly lane: Lane;
  readonly until: number;
  readonly resolve: (grant: Grant) => void;
  readonly reject: (cause: unknown) => void;
}

export function createBudget({ store, waitMs = LONGEST_WAIT_MS, now, ...rules }: BudgetOptions): Budget {
  const waiting: Waiter[] = [];
  let seen: Ledger = EMPTY_LEDGER;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isServing = false;
  let isStopping = false;

  /** Makes a request if it may be made now; else says how long that takes. */
  const attempt = (lane: Lane, ahead: number): Promise<number> =>
    store.changeNote(NOTE, now(), (stored) => {
      const time = now();
      const ledger = readLedger(stored, time);
      const wait = waitFor(ledger, lane, ahead, time, rules);
      seen = wait === 0 ? withRequest(ledger, lane, time, rules) : ledger;
      return seen === ledger ? { outcome: wait } : { save: noteOf(seen, time), outcome: wait };
    });

  /** One round at a time: known licenses first; in a lane, whoever came first. */
  async function serve(): Promise<void> {
    if (isServing) return;
    isServing = true;
    clearTimeout(timer);
    const round = waiting.toSorted((one, other) => rank(one.lane) - rank(other.lane));
    let nap = Number.POSITIVE_INFINITY;
    for (const waiter of round) {
      try {
        const wait = await attempt(waiter.lane, 0);
        if (wait === 0) leave(waiter, () => waiter.resolve({ granted: true }));
        else if (isStopping || now() >= waiter.until)
          leave(waiter, () => waiter.resolve({ granted: false, retryAfterMs: wait }));
        else nap = Math.min(nap, wait, waiter.until - now());
      } catch (cause) {
        leave(waiter, () => waiter.reject(cause));
      }
    }
    isServing = false;
    const hasNewcomer = waiting.some((waiter) => !round.includes(waiter));
    if (hasNewcomer || isStopping) nap = 0;
    if (waiting.length > 0) timer = setTimeout(() => void serve(), Math.max(nap, SHORTEST_NAP_MS));
  }

  function leave(waiter: Waiter, settle: () => void): void {
    waiting.splice(waiting.indexOf(waiter), 1);
    settle();
  }

  const countAhead = (lane: Lane): number =>
    waiting.filter((waiter) => rank(waiter.lane) <= rank(lane)).length;

  return {
    async take(lane) {
      const wait = await attempt(lane, countAhead(lane));
      if (wait === 0) return { granted: true };
      if (isStopping || lane === 'spare' || wait > waitMs) return { granted: false, retryAfterMs: wait };
      return new Promise((resolve, reject) => {
        waiting.push({ lane, until: now() + waitMs, resolve, reject });
        void serve();
      });
    },
    pause: (forMs) =>
      store.changeNote(NOTE, now(), (stored) => {
        const time = now();
        const ledger = readLedger(stored, time);
        seen = withPause(ledger, forMs, time);
        return { save: noteOf(seen, time), outcome: undefined };
      }),
    waitFor: (lane) => waitFor(forget(seen, now()), lane, countAhead(lane), now(), rules),
    waiting: () => waiting.length,
    left: () => requestsLeft(seen, now(), rules),
    stopWaiting() {
      isStopping = true;
      void serve();
    },
  };
}

const rank = (lane: Lane): number => (lane === 'known' ? 0 : 1);

const noteOf = (ledger: Ledger, now: number) => ({
  value: JSON.stringify(ledger),
  until: Math.max(now + WINDOW_MS, ledger.pausedUntil),
});
