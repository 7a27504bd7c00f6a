// The tables, as a list of steps that only ever grows. The SQL is plain enough for SQLite and PostgreSQL alike.
// Times are milliseconds since 1970.

/** Step n brings a database from version n to version n + 1. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE licenses (
    id TEXT PRIMARY KEY,
    product TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    license_name TEXT NOT NULL,
    product_name TEXT,
    variant TEXT,
    verified_at BIGINT NOT NULL,
    invalid_since BIGINT,
    revoked_at BIGINT,
    banned_at BIGINT,
    devices_used BIGINT NOT NULL DEFAULT 0,
    new_devices_since BIGINT NOT NULL DEFAULT 0,
    new_devices BIGINT NOT NULL DEFAULT 0,
    UNIQUE (product, key_hash)
  );
  CREATE TABLE seats (
    license_id TEXT NOT NULL REFERENCES licenses (id),
    handle TEXT NOT NULL,
    label TEXT NOT NULL,
    first_seen BIGINT NOT NULL,
    last_seen BIGINT NOT NULL,
    PRIMARY KEY (license_id, handle)
  );
  CREATE INDEX seats_by_last_visit ON seats (license_id, last_seen);
  CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
  );
  `,
  `
  CREATE TABLE notes (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    until BIGINT NOT NULL
  );
  CREATE INDEX notes_by_end ON notes (until);
  `,
  `
  ALTER TABLE seats ADD COLUMN proof_key TEXT;
  `,
];
