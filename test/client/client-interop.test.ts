// The client against license servers: ours over a fake marketplace, and such as the marketplace's guide shows.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  createHostStorage,
  createLicenseClient,
  type KeySet,
  type LicenseClientOptions,
} from '../../src/client/index.ts';
import { PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { createTestServer, type TestServer } from '../server/support.ts';

const KEY = PURCHASES.standard.key;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Fetch = typeof globalThis.fetch;

/** A device of a buyer: a browser with a storage of its own, in step with the server's clock. */
function createDevice(
  t: TestContext,
  fetch: Fetch,
  now: () => number,
  options: Partial<LicenseClientOptions> = {},
) {
  const storage = createHostStorage(new Map());
  const page: { wake?: (signal: 'online') => void } = {};
  const client = createLicenseClient(
    { server: `https://${crypto.randomUUID()}.test`, product: '/my-tool', ...options },
    {
      fetch,
      now,
      storage,
      watchPage: (onSignal) => {
        page.wake = onSignal;
        return () => {};
      },
    },
  );
  t.after(() => client.close());
  return Object.assign(client, { wake: () => page.wake?.('online') });
}

const fetchFrom =
  ({ server }: TestServer): Fetch =>
  async (input, init) =>
    server.fetch(new Request(input, { ...init, redirect: 'follow' }), {
      incoming: { socket: { remoteAddress: '192.0.2.1' } },
    });

async function keysOf({ server }: TestServer): Promise<KeySet> {
  const answer = await server.fetch(new Request('http://license.test/.well-known/jwks.json'));
  return (await answer.json()) as KeySet;
}

for (const algorithm of ['ES256', 'Ed25519']) {
  test(`opens on our server’s ${algorithm} lease with its keys pinned, and is offline for seven days`, async (t) => {
    const licenses = createTestServer({ config: { lease: { algorithm } } });
    let isOffline = false;
    const fetch: Fetch = (...request) =>
      isOffline ? Promise.reject(new TypeError('offline')) : fetchFrom(licenses)(...request);
    const client = createDevice(t, fetch, licenses.clock.now, { publicKeys: await keysOf(licenses) });

    const outcome = await client.activate(KEY);
    isOffline = true;
    licenses.clock.advance(7 * DAY - HOUR);
    client.wake();
    await pause(20);

    assert.equal(outcome.ok && outcome.license?.licenseName, 'Standard License');
    assert.equal(outcome.ok && outcome.license?.maxDevices, 1);
    assert.equal(client.snapshot.access, 'grace');
    licenses.clock.advance(HOUR);
    client.wake();
    await pause(20);
    assert.equal(client.snapshot.reason, 'grace_expired');
  });
}

test('does not open with the keys of another server pinned', async (t) => {
  const licenses = createTestServer();
  const client = createDevice(t, fetchFrom(licenses), licenses.clock.now, {
    publicKeys: await keysOf(createTestServer()),
  });

  const outcome = await client.activate(KEY);

  assert.equal(!outcome.ok && outcome.code, 'lease_invalid');
});

test('holds a lease that is valid at every hour of three days', async (t) => {
  const licenses = createTestServer();
  const client = createDevice(t, fetchFrom(licenses), licenses.clock.now);
  await client.activate(KEY);

  for (let hour = 0; hour < 72; hour++) {
    licenses.clock.advance(HOUR);
    client.wake();
    while (client.snapshot.activity === 'checking') await pause(1);
    const [, body = ''] = client.snapshot.lease?.split('.') ?? [];
    const { exp } = JSON.parse(Buffer.from(body, 'base64url').toString()) as { exp: number };
    assert.ok(exp * 1000 > licenses.clock.now(), `expired at hour ${hour}`);
  }
});

test('takes the seat of a second device over from the first, which then locks and can take it back', async (t) => {
  const licenses = createTestServer();
  const [first, second] = [0, 1].map(() => createDevice(t, fetchFrom(licenses), licenses.clock.now));
  assert.ok(first && second);
  await first.activate(KEY);

  const refusal = await second.activate(KEY);
  assert.equal(!refusal.ok && refusal.code, 'seat_limit_reached');
  const [taken] = second.snapshot.devices;
  assert.equal((await second.releaseDevice(taken?.handle ?? '')).ok, true);
  await first.check();

  assert.equal(second.snapshot.open, true);
  assert.equal(first.snapshot.reason, 'seat_limit_reached');
  const [back] = first.snapshot.devices;
  assert.equal((await first.releaseDevice(back?.handle ?? '')).ok, true);
});

test('takes the seat unseen for longest where the host wants it so', async (t) => {
  const licenses = createTestServer();
  const key = PURCHASES.team.key;
  const fetch = fetchFrom(licenses);
  const devices = Array.from({ length: 6 }, () =>
    createDevice(t, fetch, licenses.clock.now, { seatPolicy: 'replace-oldest' }),
  );

  for (const device of devices) {
    await device.activate(key);
    licenses.clock.advance(HOUR);
  }
  for (const device of devices.toReversed()) await device.check();

  assert.deepEqual(
    devices.map(({ snapshot }) => snapshot.open),
    [false, true, true, true, true, true],
  );
});

test('says of an unknown key what our server says', async (t) => {
  const licenses = createTestServer();
  const client = createDevice(t, fetchFrom(licenses), licenses.clock.now);

  const outcome = await client.activate(UNKNOWN_KEY);

  assert.equal(!outcome.ok && outcome.code, 'license_invalid');
});

test('gives a seat back to our server, for another device to take', async (t) => {
  const licenses = createTestServer();
  const [first, second] = [0, 1].map(() => createDevice(t, fetchFrom(licenses), licenses.clock.now));
  assert.ok(first && second);
  await first.activate(KEY);

  await first.deactivate();

  assert.equal((await second.activate(KEY)).ok, true);
});

/** A server as in the marketplace's guide: no codes, no lease, no list of devices, and one seat. */
function createGuideServer(isExpress: boolean) {
  const server = { seats: new Set<string>(), isRefunded: false };
  const full = isExpress
    ? { error: 'Seat limit reached (1). Deactivate a device first.', currentDevices: 1, maxDevices: 1 }
    : { error: 'Seat limit reached (1)' };
  const fetch: Fetch = async (url, init) => {
    const { deviceId } = JSON.parse(String(init?.body)) as { deviceId: string };
    if (String(url).endsWith('/deactivate')) {
      server.seats.delete(deviceId);
      return Response.json({ deactivated: true });
    }
    if (server.isRefunded) return Response.json({ error: 'Invalid license key' }, { status: 403 });
    if (!server.seats.has(deviceId) && server.seats.size > 0) return Response.json(full, { status: 403 });
    server.seats.add(deviceId);
    return Response.json({ activated: true, licenseName: 'Standard License' });
  };
  return Object.assign(server, { fetch });
}

for (const sample of ['Express', 'Flask']) {
  test(`works with a server after the guide’s ${sample} sample: activate, seat limit, deactivate, refund`, async (t) => {
    const server = createGuideServer(sample === 'Express');
    const [first, second] = [0, 1].map(() => createDevice(t, server.fetch, Date.now));
    assert.ok(first && second);

    const opened = await first.activate(KEY);
    const refused = await second.activate(KEY);
    await first.deactivate();
    const openedNext = await second.activate(KEY);
    server.isRefunded = true;
    await second.check();

    assert.equal(opened.ok && opened.license?.licenseName, 'Standard License');
    assert.equal(!refused.ok && refused.code, 'seat_limit_reached');
    assert.equal(openedNext.ok, true);
    assert.equal(second.snapshot.reason, 'license_revoked');
  });
}
