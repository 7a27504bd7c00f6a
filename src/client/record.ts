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
  type Read,
} from '../protocol/index.ts';
import type { LeaseClaims } from './lease.ts';
import { DAY_MS, MINUTE_MS } from './policy.ts';

const readRefusal = (value: unknown) =>
  fields({ code: (code) => (isProblemCode(code) ? code : undefined), message: text }, {})(value) ??
  UNREADABLE;
const UNREADABLE = { code: 'license_revoked', message: '' } as const;

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
    /** What the server's clock was ahead of the device's, where the server said its time; all times are the server's then. */
    offsetMs: count,
    /** The server's authoritative refusal since then. One that cannot be read is a refusal all the same. */
    refusal: (value) => (value === undefined ? undefined : readRefusal(value)),
  },
);

export type LicenseRecord = Read<typeof parseRecord>;

/** The server's time that a record gives, where the device shows `device`; both in milliseconds since 1970. */
export const serverTimeBy = ({ offsetMs = 0 }: LicenseRecord, device: number): number => device + offsetMs;

export const readLicense = fields({}, LICENSE_FIELDS);

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

/** A clock may be wrong by this much without taking anything from the grace of a signed lease. */
const CLOCK_TOLERANCE_MS = DAY_MS;
/** A lease is replaced when a tenth of its life is left. */
const LEASE_USE = 0.9;

/** With pinned keys the signed lease decides, not what can be edited in the browser's storage. */
export function boundBy(record: LicenseRecord, claims: LeaseClaims, defaults: Intervals): LicenseRecord {
  // A confirmation that claims to be later than what was signed loses as much of its time.
  const lateMs = Math.max(record.confirmedAt - claims.iat * 1000 - CLOCK_TOLERANCE_MS, 0);
  return {
    ...record,
    licenseName: claims.tier ?? record.licenseName,
    recheckMs: Math.min(record.recheckMs, useOf(claims)) - lateMs,
    graceMs: (graceOf(claims) ?? defaults.graceMs) - lateMs,
  };
}

export const graceOf = (claims: LeaseClaims | undefined): number | undefined =>
  claims?.grace_until === undefined ? undefined : (claims.grace_until - claims.iat) * 1000;

export const useOf = (claims: LeaseClaims | undefined): number =>
  claims ? Math.max((claims.exp - claims.iat) * 1000 * LEASE_USE, MINUTE_MS) : Infinity;
