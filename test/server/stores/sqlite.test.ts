// What only a file can do: be shared by processes, survive them, be full, and grow older.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { LicenseStore } from '../../../src/server/store.ts';
import { MIGRATIONS } from '../../../src/server/stores/schema.ts';
import { createSqliteStore } from '../../../src/server/stores/sqlite.ts';
import { PURCHASES } from '../../../src/testing/index.ts';
import { canMount, mountSmall } from '../../support/file-system.ts';
import { createTestServer } from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'license-gate-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newFile = () => join(folder, `${(files += 1)}.db`);

const RACER = fileURLToPath(new URL('racer.ts', import.meta.url));

/** Another process with a server of its own on the same file, see racer.ts. */
const startRacer = (file: string, key: string, name: string): ChildProcess =>
  spawn(process.execPath, [RACER, file, key, name], { stdio: ['pipe', 'pipe', 'inherit'] });

/** Has another process run a statement on the file. */
function changeElsewhere(file: string, statement: string): void {
  const code = `new (await import('node:sqlite')).DatabaseSync(process.argv[1]).exec(process.argv[2])`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', code, file, statement]);
}

async function linesOf(racer: ChildProcess): Promise<string[]> {
  let text = '';
  racer.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(racer, 'close');
  return text.split('\n').filter((line) => line !== '');
}

test('keeps seats and secrets when it is closed and opened again', async () => {
  const file = newFile();
  const before = createTestServer({ store: createSqliteStore(file) });
  const { lease } = (await before.activate(PURCHASES.standard.key, 'laptop')).body;
  const keys = await (await before.server.app.request('/.well-known/jwks.json')).json();
  await before.server.close();

  const later = createTestServer({ store: createSqliteStore(file) });
  const owner = await later.activate(PURCHASES.standard.key, 'laptop');
  const stranger = await later.activate(PURCHASES.standard.key, 'phone');

  assert.ok(lease);
  assert.deepEqual(await (await later.server.app.request('/.well-known/jwks.json')).json(), keys);
  assert.equal(owner.status, 200);
  assert.equal(stranger.body.code, 'seat_limit_reached');
  assert.equal(later.market.calls.length, 0);
  await later.server.close();
});

test('writes what still waits to be written when it is closed', async () => {
  const file = newFile();
  const store = createSqliteStore(file);

  const kept = store.changeNote('last', 1, () => ({ save: { value: 'words', until: 3 }, outcome: 'said' }));
  await store.close();

  assert.equal(await kept, 'said');
  const later = createSqliteStore(file);
  assert.equal(await later.findNote('last', 2), 'words');
  await later.close();
});

test('a change that comes after the end is refused', async () => {
  const store = createSqliteStore(':memory:');
  await store.close();

  await assert.rejects(store.changeNote('late', 1, () => ({ outcome: undefined })));
});

test('nobody but its owner can read the file', () => {
  const file = newFile();

  void createSqliteStore(file).close();

  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('says which folder is missing', () => {
  assert.throws(
    () => createSqliteStore(join(folder, 'no', 'such', 'folder', 'licenses.db')),
    /no\/such\/folder/,
  );
});

test('refuses a file from a newer version, and leaves it alone', () => {
  const file = newFile();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 99');
  db.close();

  assert.throws(() => createSqliteStore(file), /version 99.*update license-gate/);
});

test('brings a file from before seats could be bound to a key up to date, and keeps its seats', async () => {
  const file = newFile();
  const before = createTestServer({ store: createSqliteStore(file) });
  const { sub, dev } = decode((await before.activate(PURCHASES.team.key, 'laptop')).body.lease);
  await before.server.close();
  const db = new DatabaseSync(file);
  db.exec('ALTER TABLE seats DROP COLUMN proof_key; PRAGMA user_version = 2');
  db.close();

  const store = createSqliteStore(file);

  assert.equal((await store.findSeat(sub, dev))?.proofKey, undefined);
  assert.equal((await store.listSeats(sub)).length, 1);
  await store.close();
});

test('brings a file from before seats lay together up to date, and keeps what is in it', async () => {
  const file = newFile();
  const db = new DatabaseSync(file);
  for (const { sqlite } of MIGRATIONS.slice(0, 3)) db.exec(sqlite);
  db.exec(`PRAGMA user_version = 3;
    INSERT INTO licenses (id, product, key_hash, license_name, verified_at, devices_used)
      VALUES ('l1', 'my-tool', 'hash', 'Team License', 5, 2);
    INSERT INTO seats VALUES ('l1', 'phone', 'Safari on iPhone', 1, 4, NULL), ('l1', 'laptop', '', 2, 3, '{"kty":"EC"}')`);
  db.close();

  const store = createSqliteStore(file);
  const late = { handle: 'late', label: '', firstSeen: 6, lastSeen: 6 };
  await store.changeSeats('l1', [], () => ({ change: { take: late }, outcome: undefined }));

  assert.deepEqual(
    (await store.listSeats('l1')).map(({ handle, lastSeen, proofKey }) => [handle, lastSeen, proofKey]),
    [
      ['late', 6, undefined],
      ['phone', 4, undefined],
      ['laptop', 3, '{"kty":"EC"}'],
    ],
  );
  assert.equal((await store.findLicense('my-tool', 'hash'))?.devicesUsed, 3);
  await store.close();
});

test(
  'goes on where its log has filled the disk and its file has room',
  { skip: canMount() ? false : 'nobody here may mount a small file system' },
  async (t) => {
    const file = join(mountSmall(t, '4m'), 'licenses.db');
    const save = { value: 'x'.repeat(500), until: Infinity };
    let failed = 0;
    const write = async (store: LicenseStore, changes: number) => {
      for (let change = 0; change < changes; change += 1)
        await store
          .changeNote(`note ${change % 50}`, change, () => ({ save, outcome: undefined }))
          .catch(() => (failed += 1));
      await store.close();
    };
    await write(createSqliteStore(file), 50);

    await write(createSqliteStore(file), 2_000);

    assert.ok(failed > 0 && failed < 20, `${failed} of 2,000 failed`);
  },
);

test('refuses a file that is no database', () => {
  const file = newFile();
  writeFileSync(file, 'not a database, but a long text that somebody saved under this name'.repeat(20));

  assert.throws(() => createSqliteStore(file), /not a database/);
});

test('a change that cannot be written leaves everything as it was', async () => {
  const { store, server, activate } = createTestServer({ store: createSqliteStore(newFile()) });
  await activate(PURCHASES.team.key, 'laptop');
  const { sub } = decode((await activate(PURCHASES.team.key, 'laptop')).body.lease);
  const [seat] = await store.listSeats(sub);
  const broken = { handle: 'phone', label: '', firstSeen: 1, lastSeen: Symbol('none') as unknown as number };

  const change = store.changeSeats(sub, [], () => ({
    change: { release: [seat?.handle ?? ''], take: broken },
    outcome: undefined,
  }));

  await assert.rejects(change);
  assert.deepEqual(await store.listSeats(sub), [seat]);
  await server.close();
});

const SEEN = { label: '', firstSeen: 1, lastSeen: 1 };

test('a change that fails halfway is undone, and those that came at the same time are not', async () => {
  const { store, server, activate } = createTestServer({ store: createSqliteStore(newFile()) });
  const { sub, dev } = decode((await activate(PURCHASES.team.key, 'laptop')).body.lease);
  const take = (handle: string, release: string[] = []) =>
    store.changeSeats(sub, [], () => ({ change: { release, take: { handle, ...SEEN } }, outcome: handle }));

  const results = await Promise.allSettled([take('phone'), take('phone', [dev]), take('tablet')]);

  const handles = (await store.listSeats(sub)).map(({ handle }) => handle);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  assert.deepEqual(new Set(handles), new Set([dev, 'phone', 'tablet']));
  await server.close();
});

const decode = (lease: string): { sub: string; dev: string } =>
  JSON.parse(Buffer.from(lease.split('.')[1] ?? '', 'base64url').toString());

test('a database that cannot be written answers "try again later", and works again when it can', async (t) => {
  const file = newFile();
  const { server, activate } = createTestServer({ store: createSqliteStore(file, { lockWaitMs: 50 }) });
  await activate(PURCHASES.team.key, 'laptop');
  const blocker = new DatabaseSync(file);
  blocker.exec('BEGIN EXCLUSIVE');
  t.after(() => blocker.close());

  const seated = await activate(PURCHASES.team.key, 'laptop');
  const blocked = await activate(PURCHASES.team.key, 'phone');
  blocker.exec('ROLLBACK');
  const afterwards = await activate(PURCHASES.team.key, 'phone');

  assert.equal(seated.status, 200);
  assert.equal(blocked.status, 503);
  assert.equal(afterwards.status, 200);
  await server.close();
});

test('what another process changes holds at the very next contact, however often a device has asked before', async () => {
  const file = newFile();
  const { server, activate, status } = createTestServer({ store: createSqliteStore(file) });
  const contacts = [];

  for (const statement of [
    'UPDATE licenses SET banned_at = 1',
    'UPDATE licenses SET banned_at = NULL',
    'UPDATE licenses SET devices_used = 0; DELETE FROM seats',
  ]) {
    for (let visit = 0; visit < 3; visit += 1) await activate(PURCHASES.standard.key, 'laptop');
    await status(PURCHASES.standard.key, { deviceId: 'laptop' });
    changeElsewhere(file, statement);
    const { body } = await status(PURCHASES.standard.key, { deviceId: 'laptop' });
    const { status: code } = await activate(PURCHASES.standard.key, 'laptop');
    contacts.push([body.activated, body.devices?.length, code]);
  }

  assert.deepEqual(contacts, [
    [false, undefined, 403],
    [true, 1, 200],
    [true, undefined, 200],
  ]);
  await server.close();
});

test('four processes on one file race for 5 seats, five times over, and get 5', async () => {
  const file = newFile();
  for (let round = 0; round < 5; round += 1) {
    const key = crypto.randomUUID();
    const racers = ['a', 'b', 'c', 'd'].map((name) => startRacer(file, key, name));
    const results = racers.map(linesOf);
    await Promise.all(racers.map((racer) => once(racer.stdout!, 'readable')));
    for (const racer of racers) racer.stdin?.end('go');

    const lines = (await Promise.all(results)).flat();

    assert.equal(lines.filter((line) => line.startsWith('200 ')).length, 5);
    assert.equal(lines.filter((line) => line === '403 seat_limit_reached').length, 43);
  }
});
