// Makes and brings up to date the tables of the PostgreSQL store, in a schema of their own, so that they live beside
// whatever else the seller keeps in that database.

import type { ClientBase } from 'pg';
import { MIGRATIONS } from './schema.ts';

/** Any number that nobody else is likely to take: processes that start together take turns on it. */
const TURN = 7_240_611_853;

/** What only PostgreSQL has. Windows are for counting requests, and a crash may forget them. */
const WINDOWS = `
  CREATE UNLOGGED TABLE IF NOT EXISTS windows (
    name TEXT PRIMARY KEY,
    since BIGINT NOT NULL,
    hits BIGINT NOT NULL,
    until BIGINT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS windows_by_end ON windows (until);
`;

/** @throws where the database is away, refuses, or comes from a newer version */
export async function preparePostgres(client: ClientBase): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [TURN]);
    const version = await readVersion(client);
    if (version > MIGRATIONS.length) {
      throw new Error(
        `The database has version ${version}, this license-gate knows up to ${MIGRATIONS.length}: update license-gate.`,
      );
    }
    if (version < MIGRATIONS.length) {
      await client.query('SET LOCAL search_path TO license_gate');
      for (const { postgres } of MIGRATIONS.slice(version)) await client.query(postgres);
      await client.query(WINDOWS);
      await client.query('UPDATE version SET version = $1', [MIGRATIONS.length]);
    }
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK');
    throw cause;
  }
}

/** A user without the right to make a schema can use one that an administrator has made. */
async function readVersion(client: ClientBase): Promise<number> {
  const { rows: found } = await client.query(
    "SELECT to_regnamespace('license_gate') AS schema, to_regclass('license_gate.version') AS version",
  );
  if (found[0]?.schema === null) await client.query('CREATE SCHEMA license_gate');
  if (found[0]?.version === null)
    await client.query(
      'CREATE TABLE license_gate.version (version BIGINT NOT NULL); INSERT INTO license_gate.version VALUES (0)',
    );
  const { rows } = await client.query('SELECT version FROM license_gate.version');
  return Number(rows[0]?.version);
}
