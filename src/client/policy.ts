// The time rules: when a confirmation is due for a re-check, when the grace is over, how long to wait before
// asking again. Pure: the clock and chance are arguments, all times are milliseconds of the device's clock.

import type { LicenseRecord } from './record.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A clock may be corrected by this much without looking as if somebody had turned it back. */
const CLOCK_SLACK_MS = 5 * MINUTE_MS;

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = HOUR_MS;

/** How often a running page notes the time, so that a clock turned back later is noticed. */
const NOTE_TIME_MS = HOUR_MS;

/**
 * How long ago the license was confirmed. The record's `seenAt` is the latest time ever noted, so turning the
 * clock back does not make a confirmation younger.
 */
export const sinceConfirmed = (record: LicenseRecord, now: number): number =>
  Math.max(now, record.seenAt) - record.confirmedAt;

const isClockSetBack = (record: LicenseRecord, now: number): boolean => now < record.seenAt - CLOCK_SLACK_MS;

/** True where the server is to be asked again: the interval is over, or the clock cannot be trusted. */
export const isRecheckDue = (record: LicenseRecord, now: number): boolean =>
  sinceConfirmed(record, now) >= record.recheckMs || isClockSetBack(record, now);

export const isGraceOver = (record: LicenseRecord, now: number): boolean =>
  sinceConfirmed(record, now) >= record.graceMs;

export const graceEnd = (record: LicenseRecord): number => record.confirmedAt + record.graceMs;

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
  const asked = retryAfter === undefined ? backOff : Math.min(Math.max(retryAfter, 1) * 1000, DAY_MS);
  return Math.round(asked * (1 + 0.25 * chance));
}
