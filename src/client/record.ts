// The last confirmation as it is kept on the device: what opens the gate without the network.
// What cannot be read counts as absent.

import * as z from 'zod/mini';
import { isProblemCode, maskKey, type ActivateAnswer } from '../protocol/index.ts';
import { DAY_MS } from './policy.ts';
import type { LeaseClaims } from './lease.ts';

const text = z.optional(z.string());

const LicenseRecord = z.object({
  version: z.literal(1),
  licenseKey: z.string(),
  licenseName: text,
  productName: text,
  variant: text,
  devicesUsed: z.optional(z.number()),
  maxDevices: z.optional(z.union([z.number(), z.literal('unlimited')])),
  lease: text,
  /** When the server last confirmed the license. */
  confirmedAt: z.number(),
  /** The latest time ever noted on this device. */
  seenAt: z.number(),
  recheckMs: z.number(),
  graceMs: z.number(),
  /** The server's authoritative refusal since then. */
  refusal: z.optional(z.object({ code: z.string(), message: z.string() })),
});

export type LicenseRecord = z.infer<typeof LicenseRecord>;

export function parseRecord(stored: unknown): LicenseRecord | undefined {
  const { data } = LicenseRecord.safeParse(stored);
  return data && (!data.refusal || isProblemCode(data.refusal.code)) ? data : undefined;
}

/** What the host may show of the license; the key only masked. */
export interface License {
  readonly licenseName: string | undefined;
  readonly productName: string | undefined;
  readonly variant: string | undefined;
  readonly devicesUsed: number | undefined;
  readonly maxDevices: number | 'unlimited' | undefined;
  readonly maskedKey: string;
}

export const licenseOf = (record: LicenseRecord): License => ({
  licenseName: record.licenseName,
  productName: record.productName,
  variant: record.variant,
  devicesUsed: record.devicesUsed,
  maxDevices: record.maxDevices,
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
  const { licenseName, productName, variant, devicesUsed, maxDevices, lease, recheckAfter } = answer;
  const graceMs = claims?.grace_until === undefined ? undefined : (claims.grace_until - claims.iat) * 1000;
  return {
    version: 1,
    licenseKey,
    licenseName,
    productName,
    variant,
    devicesUsed,
    maxDevices,
    lease,
    confirmedAt: now,
    seenAt: now,
    recheckMs:
      recheckAfter === undefined ? defaults.recheckMs : between(recheckAfter * 1000, 1000, 30 * DAY_MS),
    graceMs: graceMs === undefined ? defaults.graceMs : between(graceMs, 0, 400 * DAY_MS),
  };
}

const between = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
