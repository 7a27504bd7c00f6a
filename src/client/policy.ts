// The time rules: when a confirmation is due for a re-check, and when the grace is over. Pure: the clock is an argument,
// all times are milliseconds of one clock (clock.ts).

import type { LicenseRecord } from './record.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A clock may be corrected by this much without looking as if somebody had turned it back. */
const CLOCK_SLACK_MS = 5 * MINUTE_MS;

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
