// Shares out the marketplace's requests a minute, which all buyers of this server have in common: part of them is
// kept for licenses that are already known, waiting is bounded, and a pause that was asked for is kept.

export type Lane =
  /** a license that is known here: may use everything */
  | 'known'
  /** a key never seen here: may not touch the reserve */
  | 'unknown'
  /** asking behind an answer: uses what is left over, never waits */
  | 'spare';

/** Either a request may be made now, or it may not for the time given. */
export type Grant = { readonly granted: true } | { readonly granted: false; readonly retryAfterMs: number };

export interface BudgetOptions {
  /** 0 = no limit */
  readonly perMinute: number;
  /** how many of them only known licenses may use */
  readonly reserved: number;
  /** how long a request may wait for its turn */
  readonly waitMs: number;
  readonly now: () => number;
}

export interface Budget {
  take(lane: Lane): Promise<Grant>;
  /** Nothing is granted for this long. */
  pause(forMs: number): void;
  /** Requests that could be made right now. */
  left(): number;
  /** Sends everybody away who waits, or would have to. */
  stopWaiting(): void;
}

const WINDOW_MS = 60_000;

interface Waiter {
  readonly lane: Lane;
  readonly until: number;
  readonly resolve: (grant: Grant) => void;
}

export function createBudget({ perMinute, reserved, waitMs, now }: BudgetOptions): Budget {
  /** When the requests of the last minute were made, and in which lane; the oldest first. */
  const made: { at: number; lane: Lane }[] = [];
  const waiting: Waiter[] = [];
  let pausedUntil = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopping = false;

  /** How long this lane has to wait when `ahead` others go first; 0 = not at all. */
  function waitFor(lane: Lane, ahead: number): number {
    const time = now();
    // A clock that was set back must not stop the traffic for longer than one window.
    while (made[0] && (made[0].at <= time - WINDOW_MS || made[0].at > time)) made.shift();
    const paused = Math.max(pausedUntil - time, 0);
    if (perMinute === 0) return paused;
    const open = Math.max(perMinute - reserved, 1);
    if (lane === 'spare') return Math.max(paused, untilFree(made, open, ahead, time));
    const whole = Math.max(paused, untilFree(made, perMinute, ahead, time));
    if (lane === 'known') return whole;
    return Math.max(
      whole,
      untilFree(
        made.filter((request) => request.lane === lane),
        open,
        ahead,
        time,
      ),
    );
  }

  function next(): void {
    clearTimeout(timer);
    timer = undefined;
    // Known licenses go first; in a lane, whoever came first.
    for (const waiter of waiting.toSorted((one, other) => rank(one.lane) - rank(other.lane))) {
      const wait = waitFor(waiter.lane, 0);
      if (wait === 0) {
        made.push({ at: now(), lane: waiter.lane });
        settle(waiter, { granted: true });
      } else if (isStopping || now() >= waiter.until) {
        settle(waiter, { granted: false, retryAfterMs: wait });
      }
    }
    if (waiting.length === 0) return;
    const soonest = Math.min(...waiting.map(({ lane, until }) => Math.min(waitFor(lane, 0), until - now())));
    timer = setTimeout(next, Math.max(soonest, 10));
  }

  function settle(waiter: Waiter, grant: Grant): void {
    waiting.splice(waiting.indexOf(waiter), 1);
    waiter.resolve(grant);
  }

  return {
    async take(lane) {
      const ahead = waiting.filter((waiter) => rank(waiter.lane) <= rank(lane)).length;
      const wait = waitFor(lane, ahead);
      if (wait === 0) {
        made.push({ at: now(), lane });
        return { granted: true };
      }
      if (isStopping || lane === 'spare' || wait > waitMs) return { granted: false, retryAfterMs: wait };
      return new Promise((resolve) => {
        waiting.push({ lane, until: now() + waitMs, resolve });
        next();
      });
    },
    pause(forMs) {
      pausedUntil = Math.max(pausedUntil, now() + forMs);
    },
    left: () => {
      const isPaused = waitFor('known', 0) > 0;
      if (perMinute === 0) return isPaused ? 0 : Number.POSITIVE_INFINITY;
      return isPaused ? 0 : perMinute - made.length;
    },
    stopWaiting() {
      isStopping = true;
      next();
    },
  };
}

const rank = (lane: Lane): number => (lane === 'known' ? 0 : 1);

/** How long until a window that holds `limit` has room for one more after `ahead` others. */
function untilFree(made: readonly { at: number }[], limit: number, ahead: number, time: number): number {
  const leaving = made.length + ahead - limit;
  if (leaving < 0) return 0;
  const freedBy = made[leaving];
  return freedBy ? freedBy.at + WINDOW_MS - time : WINDOW_MS;
}
