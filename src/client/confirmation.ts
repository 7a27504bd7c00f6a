// What a license server's answer is kept as.

import { count, type ActivateAnswer } from '../protocol/index.ts';
import type { LeaseClaims } from './lease.ts';
import { DAY_MS } from './policy.ts';
import { graceOf, readLicense, useOf, type Intervals, type LicenseRecord } from './record.ts';

/** By up to this part a check is made early, so that many devices do not come at once. */
const SPREAD = 0.1;

/** When the server answered by its own clock, in milliseconds since 1970; older servers do not say. */
export const answeredAt = ({ serverTime }: ActivateAnswer): number | undefined =>
  count(Date.parse(serverTime ?? ''));

/**
 * @param device what the device's clock shows, in milliseconds since 1970
 * @param chance from 0 to 1
 */
export function recordOf(
  licenseKey: string,
  answer: ActivateAnswer,
  claims: LeaseClaims | undefined,
  device: number,
  chance: number,
  defaults: Intervals,
): LicenseRecord {
  const now = answeredAt(answer) ?? device;
  const recheckMs = answer.recheckAfter === undefined ? defaults.recheckMs : answer.recheckAfter * 1000;
  return {
    ...readLicense(answer),
    version: 1,
    licenseKey,
    lease: answer.lease,
    confirmedAt: now,
    seenAt: now,
    offsetMs: answeredAt(answer) === undefined ? undefined : now - device,
    recheckMs: Math.min(between(recheckMs, 1000, 30 * DAY_MS), useOf(claims)) * (1 - SPREAD * chance),
    graceMs: between(graceOf(claims) ?? defaults.graceMs, 0, 400 * DAY_MS),
  };
}

const between = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
