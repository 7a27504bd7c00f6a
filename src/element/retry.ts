// Tries again by itself, at a calm pace and at once when the network is back, until it is stopped or has tried
// often enough. What is tried, and whether it is to go on, is its owner's affair.

/** A fresh purchase is known to the marketplace after some minutes. */
const PAUSE_MS = 60_000;
const MOST_TRIES = 30;

export interface Retry {
  /** A further try is planned. */
  isOn(): boolean;
  /** @param retryAfter seconds that the server has asked for; the network's return does not shorten them */
  plan(attempt: () => void, retryAfter?: number): void;
  stop(): void;
}

export function createRetry(): Retry {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let planned: AbortController | undefined;
  let tries = 0;

  function stop(): void {
    clearTimeout(timer);
    planned?.abort();
    planned = undefined;
    tries = 0;
  }

  return {
    isOn: () => planned !== undefined,
    plan(attempt, retryAfter = 0) {
      const count = tries + 1;
      stop();
      if (count > MOST_TRIES) return;
      tries = count;
      planned = new AbortController();
      timer = setTimeout(attempt, Math.max(retryAfter * 1000, PAUSE_MS));
      if (!retryAfter) addEventListener('online', attempt, { signal: planned.signal, once: true });
    },
    stop,
  };
}
