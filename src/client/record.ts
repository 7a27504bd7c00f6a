// The last confirmation as it is kept on the device: what opens the gate without the network.
// What cannot be read counts as absent.

import {
  LICENSE_FIELDS,
  count,
  exactly,
  fields,
  isProblemCode,
  maskKey,
  text,
  type ActivateAnswer,
  type Read,
} from '../protocol/index.ts';
import type { LeaseClaims } from './lease.ts';
import { DAY_MS } from './policy.ts';

export const parseRecord = fields(
  {
    version: exactly(1),
    licenseKey: text,
    /** When the server last confirmed the license. */
    confirmedAt: count,
    /** The latest time ever noted on this device. */
    seenAt: count,
    recheckMs: count,
    graceMs: count,
  },
  {
    ...LICENSE_FIELDS,
    lease: text,
    /** The server's authoritative refusal since then. */
    refusal: fields({ code: (value) => (isProblemCode(value) ? value : undefined), message: text }, {}),
  },
);

export type LicenseRecord = Read<typeof parseRecord>;

const readLicense = fields({}, LICENSE_FIELDS);

/** What the host may show of the license; the key only masked. */
export interface License extends NonNullable<Read<typeof readLicense>> {
  readonly maskedKey: string;
}

export const licenseOf = (record: LicenseRecord): License => ({
  ...readLicense(record),
  maskedKey: maskKey(record.licenseKey),
});

/** The times that hold where no lease and no answer says otherwise. */
export interface Intervals {
  readonly graceMs: number;
  readonly recheckMs: number;
}

export function recordOf(
  licenseKey: string,
  answer: ActivateAnswer,
  claims: LeaseClaims | undefined,
  now: number,
  defaults: Intervals,
): LicenseRecord {
  const recheckMs = answer.recheckAfter && answer.recheckAfter * 1000;
  const graceMs = claims?.grace_until && (claims.grace_until - claims.iat) * 1000;
  return {
    ...readLicense(answer),
    version: 1,
    licenseKey,
    lease: answer.lease,
    confirmedAt: now,
    seenAt: now,
    recheckMs: between(recheckMs ?? defaults.recheckMs, 1000, 30 * DAY_MS),
    graceMs: between(graceMs ?? defaults.graceMs, 0, 400 * DAY_MS),
  };
}

const between = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
