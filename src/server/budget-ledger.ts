// What the marketplace's budget was spent on: the rules, without doing anything. When a lane may make its next
// request follows from the requests of the last minute and from a pause that was asked for.

import * as z from 'zod/mini';
import { readNote } from './stored-note.ts';

export type Lane =
  /** a license that is known here and cannot be served without asking: may use everything */
  | 'known'
  /** a key never seen here: may not touch the reserve */
  | 'unknown'
  /** a license that can be served without asking: uses what is left over, never waits */
  | 'spare';

export interface BudgetRules {
  /** 0 = no limit */
  readonly perMinute: number;
  /** how many of them only known licenses may use */
  readonly reserved: number;
  /** how many of them are left free for whoever has to be asked about before they are answered */
  readonly headroom: number;
}

/** Of the marketplace's requests a minute, those that only known licenses may use. */
const RESERVED_SHARE = 1 / 3;
const HEADROOM_SHARE = 1 / 9;

export const shareOut = (perMinute: number): BudgetRules => ({
  perMinute,
  reserved: Math.floor(perMinute * RESERVED_SHARE),
  headroom: Math.floor(perMinute * HEADROOM_SHARE),
});

export interface Ledger {
  /** When the requests of the last minute were made, in ms since 1970, and in which lane; the oldest first. */
  readonly made: readonly { readonly at: number; readonly lane: Lane }[];
  readonly pausedUntil: number;
}

export const WINDOW_MS = 60_000;
/** Whatever the marketplace asks for: after this it may be asked again. */
const LONGEST_PAUSE_MS = 300_000;

export const EMPTY_LEDGER: Ledger = { made: [], pausedUntil: 0 };

const STORED = z.object({
  made: z.array(z.object({ at: z.number(), lane: z.enum(['known', 'unknown', 'spare']) })),
  pausedUntil: z.number(),
});

/** The ledger at this moment. */
export const readLedger = (note: string | undefined, now: number): Ledger =>
  forget(readNote(note, STORED) ?? EMPTY_LEDGER, now);

/**
 * Without what is over, and without what is too far ahead to be true, because the clock was set back. What is a little
 * ahead is another process's with a clock of its own.
 */
export const forget = ({ made, pausedUntil }: Ledger, now: number): Ledger => ({
  made: made.filter(({ at }) => Math.abs(now - at) < WINDOW_MS),
  pausedUntil: pausedUntil - now > LONGEST_PAUSE_MS ? 0 : pausedUntil,
});

/** The ledger with one more request. Where nothing is limited, nothing needs to be remembered. */
export const withRequest = (ledger: Ledger, lane: Lane, now: number, { perMinute }: BudgetRules): Ledger =>
  perMinute === 0
    ? ledger
    : { ...ledger, made: [...ledger.made, { at: now, lane }].toSorted((one, other) => one.at - other.at) };

export const withPause = (ledger: Ledger, forMs: number, now: number): Ledger => ({
  ...ledger,
  pausedUntil: Math.max(ledger.pausedUntil, now + Math.min(forMs, LONGEST_PAUSE_MS)),
});

/** How long this lane has to wait when `ahead` others go first; 0 = not at all. */
export function waitFor(ledger: Ledger, lane: Lane, ahead: number, now: number, rules: BudgetRules): number {
  const { perMinute, reserved } = rules;
  const { made } = ledger;
  const paused = Math.max(ledger.pausedUntil - now, 0);
  if (perMinute === 0) return paused;
  if (lane === 'spare') return Math.max(paused, untilSpare(made, ahead, now, rules));
  const open = Math.max(perMinute - reserved, 1);
  const whole = Math.max(paused, untilFree(made, perMinute, ahead, now));
  if (lane === 'known') return whole;
  const sameLane = made.filter((request) => request.lane === lane);
  return Math.max(whole, untilFree(sameLane, open, ahead, now));
}

/**
 * What can wait comes in a steady stream: a rush of it would be over in seconds, and until a minute later there would
 * be no turn for anybody. A few may come at once, so that where little happens nothing waits.
 */
function untilSpare(made: Ledger['made'], ahead: number, now: number, rules: BudgetRules): number {
  const most = Math.max(rules.perMinute - rules.headroom, 1);
  const spare = made.filter(({ lane }) => lane === 'spare');
  const last = spare.at(-1);
  const isStream = last !== undefined && spare.length >= rules.reserved;
  const pace = isStream ? Math.max(last.at + Math.ceil(WINDOW_MS / most) - now, 0) : 0;
  return Math.max(pace, untilFree(made, most, ahead, now));
}

/** Requests that could be made right now. */
export function requestsLeft(ledger: Ledger, now: number, rules: BudgetRules): number {
  const present = forget(ledger, now);
  if (waitFor(present, 'known', 0, now, rules) > 0) return 0;
  return rules.perMinute === 0 ? Number.POSITIVE_INFINITY : rules.perMinute - present.made.length;
}

/** How long until a window that holds `limit` has room for one more after `ahead` others. */
function untilFree(made: readonly { at: number }[], limit: number, ahead: number, now: number): number {
  const leaving = made.length + ahead - limit;
  if (leaving < 0) return 0;
  const freedBy = made[leaving];
  return freedBy ? freedBy.at + WINDOW_MS - now : WINDOW_MS;
}
