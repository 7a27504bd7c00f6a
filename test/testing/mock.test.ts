import assert from 'node:assert/strict';
import { afterEach, beforeEach, test, type TestContext } from 'node:test';
import { createLicenseClient, type LicenseClient } from '../../src/client/index.ts';
import { createLeaseVerifier } from '../../src/lease/index.ts';
import { mockLicenseServer, type MockLicenseServer } from '../../src/testing/fetch.ts';
import { NETWORK_FAULTS } from '../../src/testing/index.ts';

let license: MockLicenseServer;
let client: LicenseClient;

beforeEach(() => {
  license = mockLicenseServer({ now: () => Date.UTC(2026, 0, 1) });
  client = open();
});
afterEach(() => client.close());

const open = (mock = license) =>
  createLicenseClient({ server: mock.url, product: mock.product }, mock.environment);

const codeOf = async (key: string, by = client) => {
  const outcome = await by.activate(key);
  return outcome.ok ? 'open' : outcome.code;
};

/** A second page on the same device, as after a reload. */
function reload(t: TestContext): LicenseClient {
  const page = open();
  t.after(() => page.close());
  return page;
}

for (const [name, expected] of [
  ['valid', 'open'],
  ['team', 'open'],
  ['unlimited', 'open'],
  ['seatsFull', 'seat_limit_reached'],
  ['refunded', 'license_invalid'],
  ['banned', 'license_revoked'],
  ['justBought', 'license_invalid'],
  ['otherProduct', 'license_invalid'],
  ['unknown', 'license_invalid'],
  ['malformed', 'license_invalid'],
] as const)
  test(`the key "${name}" comes to ${expected}`, async () => {
    const code = await codeOf(license.keys[name]);

    assert.equal(code, expected);
  });

test('each key stands for its number of devices', async () => {
  const devices = [];
  for (const name of ['valid', 'team', 'unlimited'] as const) {
    await client.activate(license.keys[name]);
    devices.push(client.snapshot.license?.maxDevices);
  }

  assert.deepEqual(devices, [1, 5, 'unlimited']);
});

test('the device that holds the last seat can be released, and then this one opens', async () => {
  await client.activate(license.keys.seatsFull);
  const [holder] = client.snapshot.devices;

  await client.releaseDevice(holder!.handle);

  assert.equal(holder?.label, 'Firefox on Windows');
  assert.equal(client.snapshot.open, true);
});

test('a completed order opens at the next try, and a refunded license shuts at the next check', async () => {
  await client.activate(license.keys.justBought);
  license.complete(license.keys.justBought);
  const bought = await codeOf(license.keys.justBought);

  await license.refund(license.keys.justBought);
  await client.check();

  assert.equal(bought, 'open');
  assert.deepEqual([client.snapshot.open, client.snapshot.reason], [false, 'license_revoked']);
});

test('the seller bans a license and lifts it', async () => {
  await client.activate(license.keys.team);

  await license.ban(license.keys.team);
  await client.check();
  const banned = client.snapshot.open;
  await license.unban(license.keys.team);
  await client.check();

  assert.deepEqual([banned, client.snapshot.open], [false, true]);
});

test('what nobody has bought cannot be banned', async () => {
  await assert.rejects(license.ban(license.keys.unknown), /is no license here/);
});

test('one more license of any name can be bought', async () => {
  const key = license.buy('Professional', { variant: 'Windows' });

  const code = await codeOf(key);

  assert.equal(code, 'open');
  assert.deepEqual(
    [client.snapshot.license?.licenseName, client.snapshot.license?.variant],
    ['Professional', 'Windows'],
  );
});

test('speaks for the product and the seats of the app under test', async (t) => {
  const mock = mockLicenseServer({
    url: 'https://shop.example/license/',
    product: '/acme',
    seats: { Pro: 3 },
  });
  const other = open(mock);
  t.after(() => other.close());

  await other.activate(mock.buy('Pro'));

  assert.deepEqual(
    [other.snapshot.open, other.snapshot.license?.maxDevices, mock.requests[0]?.path],
    [true, 3, '/activate'],
  );
});

test('says at once what is wrong with its settings', () => {
  assert.throws(() => mockLicenseServer({ config: { verdicts: { freshHours: -1 } } }), /freshHours/);
});

for (const fault of NETWORK_FAULTS.filter((kind) => kind !== 'hanging'))
  test(`an open gate stays open while the way to the server is ${fault}`, async () => {
    await client.activate(license.keys.valid);

    license.interfere(fault, { slowMs: 1 });
    const outcome = await client.check();

    assert.equal(client.snapshot.open, true);
    assert.equal(outcome.ok, fault === 'slow');
  });

test('a request that hangs ends when the page gives it up', async () => {
  license.interfere('hanging');
  const giveUp = new AbortController();

  const asking = license.fetch(`${license.url}/healthz`, { signal: giveUp.signal });
  giveUp.abort(new Error('given up'));

  await assert.rejects(asking, /given up/);
  assert.equal(license.requests[0]?.status, undefined);
});

test('a fault can be over after so many requests', async () => {
  license.interfere('offline', { times: 1 });

  const codes = [await codeOf(license.keys.valid), await codeOf(license.keys.valid)];

  assert.deepEqual(codes, ['network_error', 'open']);
});

test('the marketplace behind it fails apart from the network', async () => {
  license.marketplace.interfere('down');

  const code = await codeOf(license.keys.valid);

  assert.equal(code, 'upstream_unavailable');
});

test('seven days without the network can pass in a moment, and then the gate shuts', async () => {
  await client.activate(license.keys.valid);
  license.interfere('offline');

  license.advance({ days: 6, hours: 23 });
  await client.check();
  const inGrace = client.snapshot.access;
  license.advance({ hours: 2 });
  await client.check();

  assert.deepEqual([inGrace, client.snapshot.reason], ['grace', 'grace_expired']);
});

test('an activated device opens after a reload with no request', async (t) => {
  await client.activate(license.keys.valid);
  const asked = license.requests.length;

  const { open: isOpen } = await reload(t).ready;

  assert.equal(isOpen, true);
  assert.equal(license.requests.length, asked);
});

test('lists what was asked, when, and with which status', async () => {
  await client.activate(license.keys.valid);
  license.advance({ minutes: 1 });
  await client.deactivate();

  const [activated, deactivated] = license.requests;
  assert.equal(license.requests.length, 2);
  assert.deepEqual(
    [activated?.method, activated?.path, activated?.body?.['licenseKey'], activated?.status],
    ['POST', '/activate', license.keys.valid, 200],
  );
  assert.deepEqual([deactivated?.path, deactivated!.at - activated!.at], ['/deactivate', 60_000]);
});

test('what has happened before the test leaves no trace in its lists', async () => {
  await client.activate(license.keys.valid);

  assert.deepEqual(
    license.marketplace.calls.map(({ key }) => key),
    [license.keys.valid],
  );
});

test('a reset forgets activations, faults, time, requests and the device', async (t) => {
  await client.activate(license.keys.valid);
  license.advance({ days: 3 });
  license.interfere('offline');

  license.reset();

  const page = reload(t);
  const { access } = await page.ready;
  assert.equal(access, 'locked');
  assert.equal(license.now(), Date.UTC(2026, 0, 1));
  assert.equal(license.requests.length, 0);
  assert.equal(await codeOf(license.keys.valid, page), 'open');
});

test('hands out leases that a back end accepts until they are over', async () => {
  const leases = createLeaseVerifier({
    server: license.url,
    product: license.product,
    fetch: license.fetch,
    now: license.now,
  });
  const lease = await license.lease();

  const fresh = await leases.verify(lease);
  license.advance({ hours: 25 });
  const old = await leases.verify(lease);

  assert.equal(fresh.ok && fresh.lease.licenseName, 'Company License');
  assert.equal(!old.ok && old.reason, 'expired');
  await assert.rejects(license.lease(license.keys.refunded), /Invalid license key/);
});

test('what is not for it goes to the network', async () => {
  const response = await license.fetch('data:text/plain,hello');

  assert.equal(await response.text(), 'hello');
});
