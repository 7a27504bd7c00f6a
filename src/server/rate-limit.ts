// Says how often a client may ask for something: rules, and limiters that count for them in this process or in a
// store that several share.

import type { LicenseStore } from './store.ts';
import { createWindows } from './windows.ts';

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
  const windows = createWindows(windowMs);

  return (client) => {
    const time = now();
    const { count, from } = windows.count(client, time);
    return {
      rule,
      allowed: count <= limit,
      remaining: Math.max(limit - count, 0),
      resetMs: from + windowMs - time,
    };
  };
}

/** Refusals that this process remembers, so that a client that goes on knocking costs the database nothing. */
const MOST_REFUSALS = 10_000;

/** Counts in a store that all processes share. */
export const createSharedLimiters =
  (countWindow: NonNullable<LicenseStore['countWindow']>, now: () => number): Limiters =>
  (rule) =>
    rule.limit === 0 ? undefined : createSharedLimiter(rule, countWindow, now);

function createSharedLimiter(
  rule: RateRule,
  countWindow: NonNullable<LicenseStore['countWindow']>,
  now: () => number,
): RateLimiter {
  const refusedUntil = new Map<string, number>();

  return (client) => {
    const time = now();
    const until = refusedUntil.get(client) ?? 0;
    if (time < until) return { rule, allowed: false, remaining: 0, resetMs: until - time };
    return countWindow(`${rule.name} ${client}`, rule.windowMs, time).then(({ from, count }) => {
      const allowed = count <= rule.limit;
      if (!allowed) {
        if (refusedUntil.size >= MOST_REFUSALS) refusedUntil.clear(); // they are only spared a question
        refusedUntil.set(client, from + rule.windowMs);
      }
      const resetMs = from + rule.windowMs - time;
      return { rule, allowed, remaining: Math.max(rule.limit - count, 0), resetMs };
    });
  };
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
