// How long to wait before the server is asked again. Pure: the clock and chance are arguments, all times milliseconds.

import { HOUR_MS } from './policy.ts';

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = HOUR_MS;
/** No server keeps a buyer waiting for longer than this before it is asked again. */
const LONGEST_ASKED_MS = 300_000;
/** By this part a wait may be longer than asked for, so that many devices do not come back at once. */
const SPREAD = 0.25;
const LONGEST_WAIT_MS = LONGEST_RETRY_MS * (1 + SPREAD);

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
