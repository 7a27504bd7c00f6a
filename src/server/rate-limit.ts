// Counts one client's requests in windows of a minute. Memory is bounded: past the cap, the oldest window goes.

const WINDOW_MS = 60_000;
const MOST_CLIENTS = 100_000;

export interface RateDecision {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** Counts one request of this client, and says whether it is within the limit. */
export type RateLimiter = (client: string) => RateDecision;

/** @param perMinute 0 = no limit */
export function createRateLimiter(perMinute: number, now: () => number): RateLimiter | undefined {
  if (perMinute === 0) return undefined;
  /** In the order in which windows began, so that the first are the first to end. */
  const windows = new Map<string, { from: number; count: number }>();

  return (client) => {
    const time = now();
    let window = windows.get(client);
    if (!window || time - window.from >= WINDOW_MS || time < window.from) {
      windows.delete(client);
      dropOldest(windows, time);
      window = { from: time, count: 0 };
      windows.set(client, window);
    }
    window.count += 1;
    return {
      allowed: window.count <= perMinute,
      limit: perMinute,
      remaining: Math.max(perMinute - window.count, 0),
      resetMs: window.from + WINDOW_MS - time,
    };
  };
}

/** A few at a time, so that no single request pays for all. */
function dropOldest(windows: Map<string, { from: number }>, time: number): void {
  let looked = 0;
  for (const [client, { from }] of windows) {
    const isOver = time - from >= WINDOW_MS || windows.size >= MOST_CLIENTS;
    if (!isOver || looked === 3) return;
    windows.delete(client);
    looked += 1;
  }
}
