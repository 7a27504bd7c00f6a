import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLicenseServer } from '../../src/server/index.ts';
import { PURCHASES } from '../../src/testing/index.ts';
import { MINUTE_MS, configOf, createTestServer, type TestServer } from './support.ts';

const linesOf = async ({ server }: TestServer) =>
  (await (await server.app.request('/metrics')).text()).split('\n');

test('says how many licenses there are and how many seats they hold, by product and standing', async () => {
  const shop = createTestServer();
  await shop.activate(PURCHASES.team.key, 'laptop');
  await shop.activate(PURCHASES.team.key, 'phone');
  await shop.activate(PURCHASES.standard.key, 'laptop');

  const lines = await linesOf(shop);

  assert.ok(lines.includes('license_gate_licenses{product="my-tool",standing="licensed"} 2'));
  assert.ok(lines.includes('license_gate_seats_taken{product="my-tool",standing="licensed"} 3'));
});

test('counts once a minute at most, however often it is asked', async () => {
  const shop = createTestServer();
  const { countLicenses } = shop.store;
  let counts = 0;
  const store = {
    ...shop.store,
    countLicenses: async () => {
      counts += 1;
      return countLicenses!();
    },
  };
  const server = createLicenseServer({ config: configOf(), store, now: shop.clock.now });
  for (let scrape = 0; scrape < 5; scrape += 1) await server.app.request('/metrics');
  const within = counts;
  shop.clock.advance(MINUTE_MS);
  await server.app.request('/metrics');

  assert.deepEqual([within, counts], [1, 2]);
});

test('leaves out what it cannot count, and says the rest', async () => {
  const { store, clock } = createTestServer();
  const broken = { ...store, countLicenses: () => Promise.reject(new Error('away')) };
  const server = createLicenseServer({ config: configOf(), store: broken, now: clock.now });

  const response = await server.app.request('/metrics');
  const text = await response.text();

  assert.equal(response.status, 200);
  assert.match(text, /^license_gate_marketplace_waiting 0$/m);
  assert.doesNotMatch(text, /^license_gate_licenses\{/m);
});
