import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSqliteStore } from '../../src/server/stores/sqlite.ts';
import { createFolder, run, startMarketplace, startServe } from './support.ts';

const CONFIG = { products: { '/my-tool': { seats: { 'Team License': 5 } } } };

/** A folder in which a server runs and has made its keys. */
async function createServed(t: Parameters<typeof createFolder>[0]) {
  const folder = createFolder(t, CONFIG);
  const { url } = await startServe(t, folder, (await startMarketplace(t)).url);
  const response = await fetch(`${url}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: { kid: string }[] };
  return { folder, kids: keys.map(({ kid }) => kid) };
}

test('rotates the keys beside a running server, and says in words what happened', async (t) => {
  const { folder, kids } = await createServed(t);

  const { code, out } = await run(folder, ['keys', 'rotate']);

  assert.equal(code, 0);
  assert.match(out, /^Rotated the ES256 keys in .*licenses\.db\./);
  assert.match(out, new RegExp(`signs now +${kids[1]}`));
  assert.match(out, new RegExp(`still published +${kids[0]}, until \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC`));
  assert.match(out, /Running servers follow within a minute\./);
});

test('says the same as JSON', async (t) => {
  const { folder, kids } = await createServed(t);

  const { code, out } = await run(folder, ['keys', 'rotate', '--json']);

  const report = JSON.parse(out);
  assert.equal(code, 0);
  assert.equal(report.outcome, 'rotated');
  assert.equal(report.current, kids[1]);
  assert.equal(report.retired[0].kid, kids[0]);
  assert.ok(Date.parse(report.rotateAfter) > Date.now() + 60 * 60_000);
});

test('does not rotate again before the next key is known everywhere, unless it is told to', async (t) => {
  const { folder } = await createServed(t);
  await run(folder, ['keys', 'rotate']);

  const early = await run(folder, ['keys', 'rotate']);
  const forced = await run(folder, ['keys', 'rotate', '--force']);

  assert.equal(early.code, 1);
  assert.match(early.err, /^Nothing was changed: .* Rotate after \d{4}-.*--force/s);
  assert.equal(forced.code, 0);
});

test('replaces all keys after a leak', async (t) => {
  const { folder, kids } = await createServed(t);

  const { code, out } = await run(folder, ['keys', 'rotate', '--revoke', '--json']);

  const report = JSON.parse(out);
  assert.equal(code, 0);
  assert.deepEqual(report.revoked, kids);
  assert.deepEqual(report.retired, []);
  assert.ok(!kids.includes(report.current));
});

test('a server that starts after a rotation signs with the next key', async (t) => {
  const { folder, kids } = await createServed(t);
  await run(folder, ['keys', 'rotate']);

  const later = await startServe(t, folder, 'http://127.0.0.1:1');
  const { keys } = (await (await fetch(`${later.url}/.well-known/jwks.json`)).json()) as {
    keys: { kid: string }[];
  };

  assert.deepEqual([keys[0]?.kid, keys[2]?.kid], [kids[1], kids[0]]);
});

test('makes no database where there is none', async (t) => {
  const folder = createFolder(t, CONFIG);

  const { code, err } = await run(folder, ['keys', 'rotate']);

  assert.equal(code, 1);
  assert.match(err, /There are no keys in .*licenses\.db yet/);
  assert.ok(!existsSync(join(folder, 'licenses.db')));
});

test('makes no keys in a database without any', async (t) => {
  const folder = createFolder(t, CONFIG);
  await createSqliteStore(join(folder, 'other.db')).close();

  const { code, err } = await run(folder, ['keys', 'rotate', '--database', 'other.db']);

  assert.equal(code, 1);
  assert.match(err, /There are no keys in/);
});

test('keys in the environment that cannot be used keep nobody from making new ones, nor from the seats', async (t) => {
  const folder = createFolder(t, CONFIG);
  await createSqliteStore(join(folder, 'licenses.db')).close();
  const env = { LICENSE_GATE_SIGNING_KEYS: 'keys' };

  const created = await run(folder, ['keys', 'create'], env);
  const devices = await run(folder, ['devices', 'a1b2c3d4-e5f6-7890-abcd-ef1234567890'], env);

  assert.equal(created.code, 0, created.err);
  assert.doesNotMatch(devices.err, /SIGNING_KEYS/);
});

test('rotates keys from the environment only where it can hand them over', async (t) => {
  const folder = createFolder(t, CONFIG);
  const created = await run(folder, ['keys', 'create']);
  const env = { LICENSE_GATE_SIGNING_KEYS: created.out.trim() };

  const silent = await run(folder, ['keys', 'rotate'], env);
  const printed = await run(folder, ['keys', 'rotate', '--print'], env);

  assert.equal(silent.code, 1);
  assert.match(silent.err, /The keys come from LICENSE_GATE_SIGNING_KEYS.*--print/);
  assert.equal(printed.code, 0);
  assert.deepEqual(JSON.parse(printed.out).current, JSON.parse(created.out).next);
  assert.match(printed.err, /Put what was printed into LICENSE_GATE_SIGNING_KEYS/);
  assert.ok(!existsSync(join(folder, 'licenses.db')));
});

test('shows no private key, but where it is asked to print one', async (t) => {
  const { folder } = await createServed(t);

  const shown = [
    await run(folder, ['keys', 'rotate', '--json']),
    await run(folder, ['keys', 'rotate', '--force']),
    await run(folder, ['keys', 'rotate', '--revoke']),
    await run(folder, ['keys', 'rotate'], { LICENSE_GATE_SIGNING_KEYS: '{"current":{"d":"the-secret"}' }),
    await run(folder, ['keys', 'rotate', '--print'], { LICENSE_GATE_SIGNING_KEYS: '{"d":"the-secret"' }),
  ];

  for (const { out, err } of shown) assert.doesNotMatch(out + err, /"d"|the-secret/);
});

test('asks for what it shall do', async (t) => {
  const folder = createFolder(t, CONFIG);

  const bare = await run(folder, ['keys']);
  const wrong = await run(folder, ['keys', 'revolve']);
  const help = await run(folder, ['keys', '--help']);

  assert.deepEqual([bare.code, wrong.code, help.code], [2, 2, 0]);
  assert.match(wrong.err, /keys can rotate or create, not "revolve"/);
  assert.match(help.out, /Usage: license-gate keys rotate/);
});
