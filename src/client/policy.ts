// The time rules: when a confirmation is due for a re-check, when the grace is over, how long to wait before
// asking again. Pure: the clock and chance are arguments, all times are milliseconds of one clock (clock.ts).

import type { LicenseRecord } from './record.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A clock may be corrected by this much without looking as if somebody had turned it back. */
const CLOCK_SLACK_MS = 5 * MINUTE_MS;

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = HOUR_MS;
/** No server keeps a buyer waiting for longer than this before it is asked again. */
const LONGEST_ASKED_MS = 300_000;
/** By this part a wait may be longer than asked for, so that many devices do not come back at once. */
const SPREAD = 0.25;
const LONGEST_WAIT_MS = LONGEST_RETRY_MS * (1 + SPREAD);

/**
 * How often a running page notes the time, so that a clock turned back later is noticed. Not when it is left: WebKit
 * keeps a page that goes in the middle of a write, and with it everybody else from the database.
 */
const NOTE_TIME_MS = MINUTE_MS;

/** How long ago the license was confirmed; the latest time ever noted counts where the clock shows less. */
const sinceConfirmed = (record: LicenseRecord, now: number): number =>
  Math.max(now, record.seenAt) - record.confirmedAt;

export const isTurnedBack = (record: LicenseRecord, now: number): boolean =>
  now < record.seenAt - CLOCK_SLACK_MS;

/**
 * The record as a clock that was turned back shows it: the confirmation stays as old as it was and goes on
 * aging from there, so turning the clock back does not lengthen the grace.
 *
 * @returns the same record where the clock only went on
 */
export const atClock = (record: LicenseRecord, now: number): LicenseRecord =>
  isTurnedBack(record, now)
    ? { ...record, confirmedAt: now - Math.max(sinceConfirmed(record, now), 0), seenAt: now }
    : record;

/** True where the server is to be asked again: the interval is over, or the clock cannot be trusted. */
export const isRecheckDue = (record: LicenseRecord, now: number): boolean =>
  sinceConfirmed(record, now) >= record.recheckMs || isTurnedBack(record, now);

export const isGraceOver = (record: LicenseRecord, now: number): boolean =>
  Math.max(now, record.seenAt) >= graceEnd(record);

/** Nobody is asked before the interval is over, so the grace is never shorter than that. */
export const graceEnd = (record: LicenseRecord): number =>
  record.confirmedAt + Math.max(record.graceMs, record.recheckMs);

export const isTimeToNote = (record: LicenseRecord, now: number): boolean =>
  now - record.seenAt >= NOTE_TIME_MS;

/**
 * How long to wait after a check that could not be made.
 *
 * @param failures how many checks in a row have failed, this one included
 * @param retryAfter what the server asked for, in seconds; it wins over our own back-off
 * @param chance from 0 to 1; spreads the retries of many devices
 */
export function retryDelay(failures: number, retryAfter: number | undefined, chance: number): number {
  const backOff = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
  const asked =
    retryAfter === undefined ? backOff : Math.min(Math.max(retryAfter, 1) * 1000, LONGEST_ASKED_MS);
  return Math.round(asked * (1 + SPREAD * chance));
}

/** The end of a wait can lie further away than any wait is long only after the clock was turned back. */
export const isWaitOver = (until: number, now: number): boolean =>
  now >= until || until - now > LONGEST_WAIT_MS;
