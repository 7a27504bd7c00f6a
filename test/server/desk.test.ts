import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createDesk,
  createLicenseServer,
  createMarketplaceVerifier,
  createMemoryStore,
  parseConfig,
} from '../../src/server/index.ts';
import { createFakeMarketplace, PURCHASES, SELLER_TOKEN, UNKNOWN_KEY } from '../../src/testing/index.ts';

const { key: KEY } = PURCHASES.team;
const NOW = Date.UTC(2026, 10, 25);

function openShop() {
  const parsed = parseConfig(
    { products: { '/my-tool': { seats: { 'Team License': 5 } } }, rateLimits: false },
    { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: 'http://127.0.0.1:1' },
  );
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  const { config } = parsed;
  const marketplace = createFakeMarketplace();
  const ask = (input: string | URL | Request, init?: RequestInit) =>
    marketplace.fetch(new Request(input, init));
  const verifier = createMarketplaceVerifier({ ...config.marketplace, fetch: ask });
  const store = createMemoryStore();
  let time = NOW;
  const server = createLicenseServer({ config, store, verifier, now: () => time });
  const activate = (deviceId: string) =>
    server.fetch(
      new Request('http://licenses.example.com/activate', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ licenseKey: KEY, deviceId }),
      }),
    );
  /** Until the server has forgotten what it remembers for a second, see server/recent.ts. */
  const serverNotices = () => void (time += 1_001);
  return { activate, serverNotices, desk: () => createDesk({ config, store, now: () => NOW }) };
}

async function onlyHolding(desk: Awaited<ReturnType<typeof createDesk>>) {
  const [holding] = await desk.find(KEY);
  assert.ok(holding);
  return holding;
}

test('finds what a server on the same store has activated, by any spelling of the key', async () => {
  const { activate, desk: open } = openShop();
  await activate('laptop');
  const desk = await open();

  const found = await desk.find(` {${KEY.toUpperCase()}} `);
  const nothing = [await desk.find(UNKNOWN_KEY), await desk.find('no key')];

  assert.deepEqual(
    found.map(({ product, license, maxDevices }) => [product.slug, license.licenseName, maxDevices]),
    [['/my-tool', 'Team License', 5]],
  );
  assert.deepEqual(nothing, [[], []]);
});

test('releases the devices that hold a seat, and no others', async () => {
  const { activate, desk: open } = openShop();
  await activate('laptop');
  await activate('phone');
  const desk = await open();
  const holding = await onlyHolding(desk);
  const [seat] = await desk.devices(holding);

  const released = await desk.release(holding, [seat?.handle ?? '', 'nobody']);
  const left = await desk.devices(holding);

  assert.deepEqual(released, [seat?.handle]);
  assert.equal(left.length, 1);
});

test('a ban keeps its first time, is refused, and leaves every seat in its place', async () => {
  const { activate, serverNotices, desk: open } = openShop();
  await activate('laptop');
  const desk = await open();

  const first = await desk.ban(await onlyHolding(desk));
  const second = await desk.ban({ ...first, license: { ...first.license, bannedAt: undefined } });
  serverNotices();
  const refused = await activate('laptop');
  const lifted = await desk.unban(second);
  serverNotices();
  const again = await activate('laptop');

  assert.deepEqual([first.license.bannedAt, second.license.bannedAt], [NOW, NOW]);
  assert.equal(refused.status, 403);
  assert.equal(lifted.license.bannedAt, undefined);
  assert.equal(lifted.license.devicesUsed, 1);
  assert.equal(again.status, 200);
});
