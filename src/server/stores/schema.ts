// The tables, as a list of steps that only ever grows. Times are milliseconds since 1970.

interface Migration {
  readonly sqlite: string;
  readonly postgres: string;
}

/** Most SQL is plain enough for SQLite and PostgreSQL alike. */
const both = (sql: string): Migration => ({ sqlite: sql, postgres: sql });

/** Step n brings a database from version n to version n + 1. */
export const MIGRATIONS: readonly Migration[] = [
  both(`
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
  `),
  both(`
  CREATE TABLE notes (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    until BIGINT NOT NULL
  );
  CREATE INDEX notes_by_end ON notes (until);
  `),
  both(`
  ALTER TABLE seats ADD COLUMN proof_key TEXT;
  `),
  {
    // A license's seats side by side and nowhere else: a new device changes one page for its seat, where it was two.
    sqlite: `
    CREATE TABLE seats_together (
      license_id TEXT NOT NULL REFERENCES licenses (id),
      handle TEXT NOT NULL,
      label TEXT NOT NULL,
      first_seen BIGINT NOT NULL,
      last_seen BIGINT NOT NULL,
      proof_key TEXT,
      PRIMARY KEY (license_id, handle)
    ) WITHOUT ROWID;
    INSERT INTO seats_together (license_id, handle, label, first_seen, last_seen, proof_key)
      SELECT license_id, handle, label, first_seen, last_seen, proof_key FROM seats ORDER BY license_id, handle;
    DROP TABLE seats;
    ALTER TABLE seats_together RENAME TO seats;
    `,
    postgres: '', // rows lie in the order in which they came
  },
];
