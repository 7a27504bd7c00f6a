// Every store, each time empty and new, for tests that all of them have to pass.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { createMemoryStore, type LicenseStore } from '../../src/server/index.ts';
import { createPostgresStore } from '../../src/server/stores/postgres.ts';
import { createSqliteStore } from '../../src/server/stores/sqlite.ts';
import { startPostgres } from './postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'license-gate-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const postgres = await startPostgres();

export const STORES: Readonly<Record<string, () => LicenseStore | Promise<LicenseStore>>> = {
  memory: createMemoryStore,
  'SQLite in memory': () => createSqliteStore(':memory:'),
  'a SQLite file': () => createSqliteStore(join(folder, `${(files += 1)}.db`)),
  PostgreSQL: async () => createPostgresStore(await postgres.newDatabase()),
};
