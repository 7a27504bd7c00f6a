// The seller's commands on a PostgreSQL that a running server uses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { startPostgres } from '../support/postgres.ts';
import { createFolder, post, run, serversNotice, startMarketplace, startServe } from './support.ts';

const CONFIG = { products: { '/my-tool': { seats: { 'Standard License': 1 } } }, rateLimits: false };
const { key: KEY } = PURCHASES.standard;

const postgres = await startPostgres();

test('shows, releases, bans and unbans on the PostgreSQL of a running server', async (t) => {
  const folder = createFolder(t, { ...CONFIG, database: await postgres.newDatabase() });
  const { url } = await startServe(t, folder, (await startMarketplace(t)).url);
  const activate = (deviceId: string) => post(url, '/activate', { licenseKey: KEY, deviceId });
  await activate('laptop');

  const shown = await run(folder, ['devices', KEY, '--json']);
  const released = await run(folder, ['release', KEY, '--all']);
  const phone = await activate('phone');
  const banned = await run(folder, ['ban', KEY]);
  await serversNotice();
  const refused = await activate('phone');
  const lifted = await run(folder, ['unban', KEY]);
  await serversNotice();
  const open = await activate('phone');

  assert.equal(JSON.parse(shown.out).devices.length, 1);
  assert.deepEqual([released.code, banned.code, lifted.code], [0, 0, 0]);
  assert.deepEqual([phone.status, refused.body.code, open.status], [200, 'license_revoked', 200]);
});

test('says which database does not answer, without its password', async (t) => {
  const folder = createFolder(t, { ...CONFIG, database: 'postgres://seller:canary@127.0.0.1:9/licenses' });

  const { code, err } = await run(folder, ['devices', KEY]);

  assert.equal(code, 1);
  assert.match(err, /^The database postgres:\/\/127\.0\.0\.1:9\/licenses cannot be used: .*ECONNREFUSED/);
  assert.doesNotMatch(err, /canary/);
});
