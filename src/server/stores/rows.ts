// Reads database rows back into licenses and seats. The names of columns are known here and in schema.ts.

import type { License, LicenseCount, Seat } from '../store.ts';

type Row = Readonly<Record<string, unknown>>;

export const LICENSE_COLUMNS =
  'id, product, key_hash, license_name, product_name, variant, verified_at, invalid_since, revoked_at, banned_at, ' +
  'devices_used, new_devices_since, new_devices';

/** @param licenses the table, with a condition where not all of it is meant */
export const countLicensesIn = (licenses: string): string => `
  SELECT product, count(*) AS licenses, sum(devices_used) AS seats,
    CASE WHEN banned_at IS NOT NULL THEN 'banned' WHEN revoked_at IS NOT NULL THEN 'revoked'
      WHEN invalid_since IS NOT NULL THEN 'doubted' ELSE 'licensed' END AS standing
  FROM ${licenses} GROUP BY product, standing`;

export const licenseCountOf = (row: Row): LicenseCount => ({
  product: String(row.product),
  standing: row.standing as LicenseCount['standing'], // one of the four words above
  licenses: Number(row.licenses),
  seats: Number(row.seats),
});

/** One count of what was counted in parts. */
export function addCounts(parts: readonly LicenseCount[]): LicenseCount[] {
  const sums = new Map<string, LicenseCount>();
  for (const part of parts) {
    const name = `${part.product} ${part.standing}`;
    const { licenses, seats } = sums.get(name) ?? { licenses: 0, seats: 0 };
    sums.set(name, { ...part, licenses: licenses + part.licenses, seats: seats + part.seats });
  }
  return [...sums.values()];
}

export const SEAT_COLUMNS = 'handle, label, first_seen, last_seen, proof_key';

// PostgreSQL hands BIGINT over as text.
const optionalTime = (value: unknown) => (value === null ? undefined : Number(value));
const optionalText = (value: unknown) => (value === null ? undefined : String(value));

export const licenseOf = (row: Row): License => ({
  id: String(row.id),
  product: String(row.product),
  keyHash: String(row.key_hash),
  licenseName: String(row.license_name),
  productName: optionalText(row.product_name),
  variant: optionalText(row.variant),
  verifiedAt: Number(row.verified_at),
  invalidSince: optionalTime(row.invalid_since),
  revokedAt: optionalTime(row.revoked_at),
  bannedAt: optionalTime(row.banned_at),
  devicesUsed: Number(row.devices_used),
  newDevicesSince: Number(row.new_devices_since),
  newDevices: Number(row.new_devices),
});

export const seatOf = (row: Row): Seat => ({
  handle: String(row.handle),
  label: String(row.label),
  firstSeen: Number(row.first_seen),
  lastSeen: Number(row.last_seen),
  proofKey: optionalText(row.proof_key),
});
