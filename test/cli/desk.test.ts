// The seller's commands on the database of a server that goes on running.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { createFolder, post, run, serversNotice, startMarketplace, startServe } from './support.ts';

const CONFIG = {
  products: { '/my-tool': { seats: { 'Standard License': 1, 'Team License': 5, 'Company License': -1 } } },
  rateLimits: false,
};
const { key: KEY } = PURCHASES.team;

type Test = Parameters<typeof createFolder>[0];

async function openShop(t: Test, config: object = CONFIG) {
  const folder = createFolder(t, config);
  const server = await startServe(t, folder, (await startMarketplace(t)).url);
  const activate = (licenseKey: string, deviceId: string, deviceLabel = '') =>
    post(server.url, '/activate', { licenseKey, deviceId, deviceLabel });
  return { folder, server, activate };
}

test('shows the license and its devices, and never the key', async (t) => {
  const { folder, activate } = await openShop(t);
  await activate(KEY, 'laptop', 'Firefox on Linux');
  await activate(KEY, 'phone', 'Safari on iPhone');

  const { code, out } = await run(folder, ['devices', KEY]);

  assert.equal(code, 0);
  assert.match(out, /^4f7d••••d96b: Team License of \/my-tool, confirmed at .* UTC, 2 of 5 seats taken\n/);
  assert.match(out, /HANDLE +DEVICE +FIRST SEEN +LAST SEEN\n/);
  assert.match(out, /[\w-]{22} {2}Firefox on Linux/);
  assert.match(out, /[\w-]{22} {2}Safari on iPhone/);
  assert.ok(!out.includes(KEY));
});

test('takes the key from the standard input, and in any spelling', async (t) => {
  const { folder, activate } = await openShop(t);
  await activate(KEY, 'laptop');

  const piped = await run(folder, ['devices', '-', '--json'], {}, `  {${KEY.toUpperCase()}}\n`);
  const quoted = await run(folder, ['devices', ` "${KEY.replaceAll('-', '–')}" `, '--json']);

  const shown = JSON.parse(piped.out);
  assert.equal(shown.licenseName, 'Team License');
  assert.equal(shown.state, 'licensed');
  assert.equal(shown.maxDevices, 5);
  assert.equal(shown.devices.length, 1);
  assert.equal(quoted.out, piped.out);
});

test('a released seat is free in the running server', async (t) => {
  const { folder, activate } = await openShop(t);
  const standard = PURCHASES.standard.key;
  await activate(standard, 'laptop');
  const full = await activate(standard, 'phone');
  const { handle } = full.body.devices[0];

  const released = await run(folder, ['release', standard, `--device=${handle}`]);
  const again = await run(folder, ['release', standard, `--device=${handle}`]);
  const phone = await activate(standard, 'phone');

  assert.equal(full.body.code, 'seat_limit_reached');
  assert.deepEqual([released.code, again.code, phone.status], [0, 1, 200]);
  assert.match(released.out, /Released 1 of 1 seats/);
  assert.match(again.err, /holds no seat/);
});

test('releases all devices, however many', async (t) => {
  const { folder, server, activate } = await openShop(t);
  const company = PURCHASES.company.key;
  await Promise.all(Array.from({ length: 130 }, (_, number) => activate(company, `device-${number}`)));

  const { code, out } = await run(folder, ['release', company, '--all', '--json']);
  const status = await post(server.url, '/status', { licenseKey: company });

  assert.equal(code, 0);
  assert.equal(JSON.parse(out).released, 130);
  assert.equal(JSON.parse(out).maxDevices, 'unlimited');
  assert.equal(status.body.devicesUsed, 0);
});

test('a ban holds within a second, and unban gives the seat back', async (t) => {
  const { folder, server, activate } = await openShop(t);
  await activate(KEY, 'laptop');

  const banned = await run(folder, ['ban', KEY]);
  await serversNotice();
  const refused = await activate(KEY, 'laptop');
  const status = await post(server.url, '/status', { licenseKey: KEY });
  const shown = await run(folder, ['devices', KEY]);
  const lifted = await run(folder, ['unban', KEY]);
  await serversNotice();
  const open = await activate(KEY, 'laptop');

  assert.deepEqual([banned.code, lifted.code], [0, 0]);
  assert.deepEqual([refused.status, refused.body.code], [403, 'license_revoked']);
  assert.deepEqual(status.body, { activated: false });
  assert.match(shown.out, /banned since .*1 of 5 seats taken/);
  assert.deepEqual([open.status, open.body.devicesUsed], [200, 1]);
});

test('banning twice changes nothing more, and says so', async (t) => {
  const { folder, activate } = await openShop(t);
  await activate(KEY, 'laptop');

  const first = JSON.parse((await run(folder, ['ban', KEY, '--json'])).out);
  const second = JSON.parse((await run(folder, ['ban', KEY, '--json'])).out);

  assert.deepEqual([first.state, first.changed], ['banned', true]);
  assert.deepEqual([second.state, second.changed], ['banned', false]);
  assert.equal(second.bannedAt, first.bannedAt);
});

test('finds the product of a key by itself', async (t) => {
  const both = { ...CONFIG, products: { '/other-tool': { seats: {} }, ...CONFIG.products } };
  const { folder, server } = await openShop(t, both);
  await post(server.url, '/activate', { licenseKey: KEY, deviceId: 'laptop', product: 'my-tool' });

  const found = await run(folder, ['devices', KEY, '--json']);
  const elsewhere = await run(folder, ['devices', KEY, '--product', '/other-tool']);

  assert.equal(JSON.parse(found.out).product, '/my-tool');
  assert.equal(elsewhere.code, 1);
  assert.match(elsewhere.err, /never been activated .* for \/other-tool/);
});

for (const command of [['devices'], ['release', '--all'], ['ban'], ['unban']]) {
  test(`${command[0]} says so where nobody has activated the key`, async (t) => {
    const { folder, activate } = await openShop(t);
    await activate(KEY, 'laptop');

    const { code, out, err } = await run(folder, [...command, UNKNOWN_KEY]);

    assert.equal(code, 1);
    assert.equal(out, '');
    assert.match(err, /The key fcd8••••62b1 has never been activated in .*LICENSE_GATE_HASH_SECRET/);
  });

  test(`${command[0]} wants a license key, and only one`, async (t) => {
    const folder = createFolder(t, CONFIG);

    const missing = await run(folder, command);
    const malformed = await run(folder, [...command, 'not-a-key']);
    const several = await run(folder, [...command, KEY, KEY]);

    assert.deepEqual([missing.code, malformed.code, several.code], [2, 2, 2]);
    assert.match(missing.err, /KEY is missing/);
    assert.match(malformed.err, /no license key/);
    assert.match(several.err, /quotes/);
  });
}

test('needs no seller token, but finds nothing with another hash secret', async (t) => {
  const { folder, activate } = await openShop(t);
  await activate(KEY, 'laptop');

  const { code, err } = await run(folder, ['devices', KEY], { LICENSE_GATE_HASH_SECRET: 'x'.repeat(32) });

  assert.equal(code, 1);
  assert.match(err, /must be the servers’/);
});

test('says what is wrong with a database that it cannot use, and makes none', async (t) => {
  const folder = createFolder(t, CONFIG);
  mkdirSync(join(folder, 'folder'));
  writeFileSync(join(folder, 'text.db'), 'this is no database, but it is long enough to be looked at as one');

  const missing = await run(folder, ['devices', KEY]);
  const directory = await run(folder, ['devices', KEY, '--database', 'folder']);
  const text = await run(folder, ['devices', KEY, '--database', 'text.db']);
  const memory = await run(folder, ['devices', KEY, '--database', ':memory:']);

  assert.deepEqual([missing.code, directory.code, text.code, memory.code], [1, 1, 1, 1]);
  assert.match(missing.err, /There is no database .*licenses\.db yet/);
  assert.match(directory.err, /folder cannot be used: EISDIR/);
  assert.match(text.err, /text\.db cannot be used: file is not a database/);
  assert.match(memory.err, /inside its server/);
  assert.ok(!existsSync(join(folder, 'licenses.db')));
  for (const { err } of [missing, directory, text, memory]) assert.doesNotMatch(err, /\n\s+at /);
});

test('says so where another process keeps the database locked', async (t) => {
  const { folder, activate } = await openShop(t);
  await activate(KEY, 'laptop');
  const other = new DatabaseSync(join(folder, 'licenses.db'));
  other.exec('BEGIN IMMEDIATE');

  const { code, err } = await run(folder, ['ban', KEY]);
  other.exec('ROLLBACK');
  other.close();

  assert.equal(code, 1);
  assert.match(err, /licenses\.db is locked by another process/);
});
