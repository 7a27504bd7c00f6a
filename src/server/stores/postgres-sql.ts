// The statements of the PostgreSQL store. Each has a name, under which a connection compiles it once.

import { SEATS_SHOWN } from '../store.ts';
import { LICENSE_COLUMNS, SEAT_COLUMNS, countLicensesIn } from './rows.ts';

const licenses = `SELECT ${LICENSE_COLUMNS} FROM license_gate.licenses`;
const countSeats = `UPDATE license_gate.licenses SET devices_used = $2, new_devices_since = $3, new_devices = $4
  WHERE id = $1`;
const seats = `SELECT ${SEAT_COLUMNS} FROM license_gate.seats WHERE license_id = $1`;

const STATEMENTS = {
  countLicenses: countLicensesIn('license_gate.licenses'),
  ping: 'SELECT count(*) FROM license_gate.secrets',
  /** Until the end of the transaction nobody else has a lock of that name. */
  lockName: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))',

  findLicense: `${licenses} WHERE product = $1 AND key_hash = $2`,
  lockLicenseByKey: `${licenses} WHERE product = $1 AND key_hash = $2 FOR UPDATE`,
  lockLicense: `${licenses} WHERE id = $1 FOR UPDATE`,
  saveLicense: `INSERT INTO license_gate.licenses (id, product, key_hash, license_name, product_name, variant, verified_at,
      invalid_since, revoked_at, banned_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (id) DO UPDATE SET license_name = excluded.license_name, product_name = excluded.product_name,
      variant = excluded.variant, verified_at = excluded.verified_at, invalid_since = excluded.invalid_since,
      revoked_at = excluded.revoked_at, banned_at = excluded.banned_at`,
  countSeats,

  findSeat: `${seats} AND handle = $2`,
  namedSeats: `${seats} AND handle = ANY ($2)`,
  latestSeats: `${seats} ORDER BY last_seen DESC LIMIT ${SEATS_SHOWN}`,
  longestUnseen: `${seats} ORDER BY last_seen LIMIT ${SEATS_SHOWN}`,
  takeSeat: `WITH taken AS (INSERT INTO license_gate.seats (license_id, ${SEAT_COLUMNS}) VALUES ($1, $5, $6, $7, $8, $9))
    ${countSeats}`,
  releaseSeats: 'DELETE FROM license_gate.seats WHERE license_id = $1 AND handle = ANY ($2)',
  touchSeat: 'UPDATE license_gate.seats SET label = $1, last_seen = $2 WHERE license_id = $3 AND handle = $4',

  findSecret: 'SELECT value FROM license_gate.secrets WHERE name = $1',
  offerSecret: 'INSERT INTO license_gate.secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
  saveSecret: `INSERT INTO license_gate.secrets (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value`,

  findNote: 'SELECT value FROM license_gate.notes WHERE name = $1 AND until > $2',
  saveNote: `INSERT INTO license_gate.notes (name, value, until) VALUES ($1, $2, $3)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value, until = excluded.until`,
  sweepNotes: 'DELETE FROM license_gate.notes WHERE until <= $1',

  // A window of the future is one that a clock set back has left behind.
  countWindow: `INSERT INTO license_gate.windows AS w (name, since, hits, until)
      VALUES ($1, $2::bigint, 1, $2::bigint + $3::bigint)
    ON CONFLICT (name) DO UPDATE SET
      hits = CASE WHEN excluded.since >= w.until OR excluded.since < w.since THEN 1 ELSE w.hits + 1 END,
      since = CASE WHEN excluded.since >= w.until OR excluded.since < w.since THEN excluded.since ELSE w.since END,
      until = CASE WHEN excluded.since >= w.until OR excluded.since < w.since THEN excluded.until ELSE w.until END
    RETURNING since, hits`,
  sweepWindows: 'DELETE FROM license_gate.windows WHERE until <= $1',
} as const;

type Statements = {
  readonly [Name in keyof typeof STATEMENTS]: { readonly name: string; readonly text: string };
};

export const SQL = Object.fromEntries(
  Object.entries(STATEMENTS).map(([name, text]) => [name, { name: `license_gate_${name}`, text }]),
) as Statements; // the same names, as fromEntries cannot say
