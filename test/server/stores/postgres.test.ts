// What only PostgreSQL can do: be set up by several at once, live beside other tables, refuse, and go away.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { Client } from 'pg';
import { createPostgresStore } from '../../../src/server/stores/postgres.ts';
import { PURCHASES } from '../../../src/testing/index.ts';
import { startPostgres } from '../../support/postgres.ts';
import { createTestServer } from '../support.ts';

const { newDatabase, query, own } = await startPostgres();
const { key: KEY } = PURCHASES.team;

/** Runs a statement from another process, so that a test can do so in the middle of a decision. */
const RUN_QUERY = `
  import { Client } from 'pg';
  const [url, statement] = process.argv.slice(1);
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();`;

test('eight stores that start together on an empty database set it up once', async () => {
  const url = await newDatabase();
  const stores = Array.from({ length: 8 }, () => createPostgresStore(url, { connections: 1 }));

  await Promise.all(stores.map((store) => store.ping()));

  assert.deepEqual(await query(url, 'SELECT count(*)::int AS rows FROM license_gate.version'), [{ rows: 1 }]);
  await Promise.all(stores.map((store) => store.close()));
});

test('lives beside other tables of the same names', async () => {
  const url = await newDatabase();
  await query(url, "CREATE TABLE licenses (owner TEXT); INSERT INTO licenses VALUES ('somebody else')");
  const { server, activate } = createTestServer({ store: createPostgresStore(url) });

  const { status } = await activate(KEY, 'laptop');

  assert.equal(status, 200);
  assert.deepEqual(await query(url, 'SELECT * FROM licenses'), [{ owner: 'somebody else' }]);
  await server.close();
});

test('brings tables from before seats could be bound to a key up to date, and keeps the seats', async () => {
  const url = await newDatabase();
  const before = createTestServer({ store: createPostgresStore(url) });
  await before.activate(KEY, 'laptop');
  await before.server.close();
  await query(
    url,
    'ALTER TABLE license_gate.seats DROP COLUMN proof_key; UPDATE license_gate.version SET version = 2',
  );

  const later = createTestServer({ store: createPostgresStore(url) });
  const { body } = await later.activate(KEY, 'laptop');

  assert.equal(body.devicesUsed, 1);
  await later.server.close();
});

test('keeps seats and secrets when it is closed and opened again', async () => {
  const url = await newDatabase();
  const before = createTestServer({ store: createPostgresStore(url) });
  await before.activate(PURCHASES.standard.key, 'laptop');
  const keys = await (await before.server.app.request('/.well-known/jwks.json')).json();
  await before.server.close();

  const later = createTestServer({ store: createPostgresStore(url) });
  const owner = await later.activate(PURCHASES.standard.key, 'laptop');
  const stranger = await later.activate(PURCHASES.standard.key, 'phone');

  assert.equal(owner.status, 200);
  assert.equal(stranger.body.code, 'seat_limit_reached');
  assert.deepEqual(await (await later.server.app.request('/.well-known/jwks.json')).json(), keys);
  assert.equal(later.market.calls.length, 0);
  await later.server.close();
});

test('works for a user who may not make schemas, where an administrator has made it', async () => {
  const url = await newDatabase();
  const role = `clerk_${process.pid}`;
  await query(
    url,
    `CREATE ROLE ${role} LOGIN PASSWORD 'clerk'; CREATE SCHEMA license_gate AUTHORIZATION ${role}`,
  );
  const clerk = Object.assign(new URL(url), { username: role, password: 'clerk' }).href;
  const { server, activate } = createTestServer({ store: createPostgresStore(clerk) });

  const { status } = await activate(KEY, 'laptop');

  assert.equal(status, 200);
  await server.close();
});

test('refuses a database from a newer version, and leaves it alone', async () => {
  const url = await newDatabase();
  const store = createPostgresStore(url);
  await store.ping();
  await store.close();
  await query(url, 'UPDATE license_gate.version SET version = 99');

  const later = createPostgresStore(url);

  await assert.rejects(later.ping(), /version 99.*update license-gate/);
  assert.deepEqual(await query(url, 'SELECT version::int FROM license_gate.version'), [{ version: 99 }]);
  await later.close();
});

test('takes text that PostgreSQL cannot hold', async () => {
  const { server, activate } = createTestServer({ store: createPostgresStore(await newDatabase()) });

  const { status } = await activate(KEY, 'laptop', { deviceLabel: 'Chrome\0 on \uD800 Mac' });

  assert.equal(status, 200);
  await server.close();
});

test('a lock that somebody holds answers "try again later" within five seconds, and works again afterwards', async () => {
  const url = await newDatabase();
  const { server, activate } = createTestServer({ store: createPostgresStore(url) });
  await activate(KEY, 'laptop');
  const holder = new Client({ connectionString: url });
  await holder.connect();
  await holder.query('BEGIN; SELECT id FROM license_gate.licenses FOR UPDATE');

  const blocked = await activate(KEY, 'phone');
  await holder.end();
  const afterwards = await activate(KEY, 'phone');

  assert.equal(blocked.status, 503);
  assert.ok(blocked.body.retryAfter <= 5);
  assert.equal(afterwards.status, 200);
  await server.close();
});

test('a connection that breaks between two statements of a change ends that change, not the process', async () => {
  const url = await newDatabase();
  const store = createPostgresStore(url);
  await store.changeNote('note', 0, () => ({ save: { value: 'before', until: 1 }, outcome: 0 }));
  const killAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'license-gate' AND datname = current_database()`;

  const change = store.changeNote('note', 0, () => {
    execFileSync(process.execPath, ['--input-type=module', '-e', RUN_QUERY, url, killAll], {
      cwd: import.meta.dirname,
    });
    return { save: { value: 'after', until: 1 }, outcome: 0 };
  });

  await assert.rejects(change);
  assert.equal(await store.findNote('note', 0), 'before');
  await store.close();
});

test('more requests than the database takes connections are all answered', async () => {
  const { server, activate, market, status } = createTestServer({
    store: createPostgresStore(await newDatabase(), { connections: 2 }),
  });

  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, number) => activate(PURCHASES.company.key, `device-${number}`)),
  );

  assert.deepEqual(new Set(replies.map((reply) => reply.status)), new Set([200]));
  assert.equal((await status(PURCHASES.company.key)).body.devicesUsed, 200);
  assert.equal(market.calls.length, 1);
  await server.close();
});

test('a stopped database answers "try again later", and its return is noticed without a restart', async (t) => {
  if (!own) return t.skip('TEST_POSTGRES_URL names a server that is not ours to stop');
  const { server, activate } = createTestServer({ store: createPostgresStore(await newDatabase()) });
  await activate(KEY, 'laptop');

  await own.stop();
  const away = await activate(KEY, 'laptop');
  const readyWhileAway = await server.ready();
  await own.start();
  const back = await activate(KEY, 'laptop');

  assert.equal(away.status, 503);
  assert.equal(away.headers.get('retry-after'), '5');
  assert.equal(away.body.code, 'upstream_unavailable');
  assert.equal(readyWhileAway, false);
  assert.equal(back.status, 200);
  assert.equal(await server.ready(), true);
  await server.close();
});
