// Counts one client's requests in windows of time. Memory is bounded: past the cap, the oldest window goes.

/** Windows in memory for one rule: some 15 MB, and nobody who asks slowly enough notices that there is a cap. */
const MOST_CLIENTS = 100_000;

export interface RateRule {
  /** as the `RateLimit` headers show it, and different for every rule */
  readonly name: string;
  /** requests of one client in a window; 0 = no limit */
  readonly limit: number;
  readonly windowMs: number;
}

export interface RateDecision {
  readonly rule: RateRule;
  readonly allowed: boolean;
  readonly remaining: number;
  /** until the window ends */
  readonly resetMs: number;
}

/** Counts one request of this client, and says whether it is within the limit. */
export type RateLimiter = (client: string) => RateDecision | Promise<RateDecision>;

/** Makes the limiter of a rule, or none where the rule has no limit. Several processes may share what is counted. */
export type Limiters = (rule: RateRule) => RateLimiter | undefined;

/** Counts in this process alone. */
export const createMemoryLimiters =
  (now: () => number): Limiters =>
  (rule) =>
    rule.limit === 0 ? undefined : createMemoryLimiter(rule, now);

function createMemoryLimiter(rule: RateRule, now: () => number): (client: string) => RateDecision {
  const { limit, windowMs } = rule;
  /** In the order in which windows began, so that the first are the first to end. */
  const windows = new Map<string, { from: number; count: number }>();

  return (client) => {
    const time = now();
    let window = windows.get(client);
    if (!window || time - window.from >= windowMs || time < window.from) {
      windows.delete(client);
      dropOldest(windows, time - windowMs);
      window = { from: time, count: 0 };
      windows.set(client, window);
    }
    window.count += 1;
    return {
      rule,
      allowed: window.count <= limit,
      remaining: Math.max(limit - window.count, 0),
      resetMs: window.from + windowMs - time,
    };
  };
}

/** A few at a time, so that no single request pays for all. */
function dropOldest(windows: Map<string, { from: number }>, endedBy: number): void {
  let looked = 0;
  for (const [client, { from }] of windows) {
    const isOver = from <= endedBy || windows.size >= MOST_CLIENTS;
    if (!isOver || looked === 3) return;
    windows.delete(client);
    looked += 1;
  }
}

/** Where several limits hold, the first that is used up decides, and those after it do not count the request. */
export function firstRefusal(
  [limiter, ...others]: readonly RateLimiter[],
  client: string,
): RateDecision | undefined | Promise<RateDecision | undefined> {
  const decision = limiter?.(client);
  if (decision === undefined) return undefined;
  const decide = (made: RateDecision) => (made.allowed ? firstRefusal(others, client) : made);
  return decision instanceof Promise ? decision.then(decide) : decide(decision);
}
