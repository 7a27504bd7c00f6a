// The client with pinned public keys: what was signed decides, not what is written in the browser's storage.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { KeySet, LicenseSnapshot } from '../../src/client/index.ts';
import { DAY, HOUR, KEY, MINUTE } from './fixtures.ts';
import { confirmation, createWorld, unreachable, until } from './world.ts';

const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const publicKeys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] } as KeySet;
const pinned = { publicKeys, product: 'my-tool' };

const handleOf = (deviceId = '') =>
  createHash('sha256').update(`license-1.${deviceId}`).digest('base64url').slice(0, 22);

/** A lease of a server whose clock is right. */
const leaseAt = (serverTime: number, deviceId: string | undefined, more: object = {}) => {
  const seconds = Math.floor(serverTime / 1000);
  return new SignJWT({
    dev: handleOf(deviceId),
    grace_until: seconds + 7 * 86_400,
    tier: 'Team License',
    ...more,
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'license+jwt' })
    .setAudience('my-tool')
    .setSubject('license-1')
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 86_400)
    .sign(privateKey);
};

/** Signatures are made and checked on other threads. */
const rest = () => pause(15);

/** @param wrongMs how far the device's clock is ahead of the server's */
function createSigningWorld(t: TestContext, wrongMs = 0) {
  const world = createWorld(t);
  world.now += wrongMs;
  world.answer = async ({ body }) =>
    confirmation({ lease: await leaseAt(world.now - wrongMs, body['deviceId']) });
  const editRecord = (edit: (record: Record<string, unknown>) => object) => {
    for (const [name, value] of world.storage.values)
      if (name.startsWith('record')) world.storage.values.set(name, edit(value as Record<string, unknown>));
  };
  return Object.assign(world, { editRecord });
}

test('opens on a signed confirmation, and offline from the stored one with no request', async (t) => {
  const world = createSigningWorld(t);
  const client = await world.openLicensed(pinned);
  world.now += 20 * HOUR;

  const restarted = await world.open(pinned).ready;

  assert.equal(client.snapshot.access, 'unlocked');
  assert.equal(restarted.access, 'unlocked');
  assert.equal(world.calls.length, 0);
  assert.match(restarted.lease ?? '', /^ey.+\..+\./);
});

test('stays locked on a server that signs nothing', async (t) => {
  const world = createWorld(t);
  const client = world.open(pinned);

  const outcome = await client.activate(KEY);

  assert.equal(!outcome.ok && outcome.code, 'lease_invalid');
  assert.equal(client.snapshot.open, false);
});

test('opens nothing on a record that somebody wrote himself', async (t) => {
  const world = createSigningWorld(t);
  (await world.openLicensed(pinned)).close();
  world.answer = unreachable;
  world.editRecord(({ lease, ...record }) => ({ ...record, lease: `${String(lease).slice(0, -6)}AAAAAA` }));

  const { access, reason } = await world.open(pinned).ready;

  assert.equal(access, 'locked');
  assert.equal(reason, 'lease_invalid');
});

test('adds no day to the grace whatever is written into the record', async (t) => {
  const world = createSigningWorld(t);
  (await world.openLicensed(pinned)).close();
  world.answer = unreachable;
  const later = world.now + 300 * DAY;
  world.editRecord((record) => ({
    ...record,
    confirmedAt: later,
    seenAt: later,
    graceMs: 9e12,
    recheckMs: 9e12,
  }));

  world.now += 8 * DAY + MINUTE;
  const client = world.open(pinned);
  await client.ready;
  await until(() => client.snapshot.access === 'locked');

  assert.equal(client.snapshot.access, 'locked');
  assert.equal(client.snapshot.reason, 'grace_expired');
});

test('makes no team of one seat: the license name is the signed one', async (t) => {
  const world = createSigningWorld(t);
  (await world.openLicensed(pinned)).close();
  world.editRecord((record) => ({ ...record, licenseName: 'Company License' }));

  const { license } = await world.open(pinned).ready;

  assert.equal(license?.licenseName, 'Team License');
});

test('is not opened by a forged record that another tab has stored meanwhile', async (t) => {
  const world = createSigningWorld(t);
  const client = await world.openLicensed(pinned);
  world.answer = unreachable;
  world.now += 6 * DAY;
  world.editRecord((record) => ({ ...record, confirmedAt: world.now, seenAt: world.now, lease: undefined }));

  world.now += 2 * DAY;
  client.wake('visible');
  await until(() => !client.snapshot.open);

  assert.equal(client.snapshot.open, false);
});

test('opens nothing on a record and a device id that were copied one without the other', async (t) => {
  const world = createSigningWorld(t);
  (await world.openLicensed(pinned)).close();
  world.answer = unreachable;
  world.storage.values.set('device-id', 'another-device');

  assert.equal((await world.open(pinned).ready).access, 'locked');
});

test('does not take an old answer that something on the way gave again', async (t) => {
  const world = createSigningWorld(t);
  const old = await leaseAt(world.now, undefined);
  const client = world.open(pinned);
  const answers: string[] = [];
  world.answer = async ({ body }) => {
    answers.push(answers[0] ?? (await leaseAt(world.now, body['deviceId'])));
    return confirmation({ lease: answers.at(-1) });
  };
  await client.activate(KEY);
  await rest();
  world.now += DAY;

  client.wake();
  await until(() => client.snapshot.access === 'grace');

  assert.notEqual(old, answers[0]);
  assert.equal(client.snapshot.access, 'grace');
  assert.equal(client.snapshot.reason, 'bad_response');
});

test('takes the same lease again within the minutes in which a server may give it twice', async (t) => {
  const world = createSigningWorld(t);
  const client = await world.openLicensed(pinned);
  const { lease } = client.snapshot;
  world.answer = () => confirmation({ lease });
  world.now += 4 * MINUTE;

  const outcome = await client.check();

  assert.equal(outcome.ok, true);
  assert.equal(client.snapshot.access, 'unlocked');
});

test('hands out a lease that holds, and asks for one first where it does not', async (t) => {
  const world = createSigningWorld(t);
  const client = await world.openLicensed(pinned);
  const first = client.snapshot.lease;

  world.now += 23 * HOUR;
  const same = await client.freshLease();
  world.now += 59 * MINUTE + 1;
  const renewed = await client.freshLease();

  assert.equal(same, first);
  assert.notEqual(renewed, first);
  assert.equal(renewed, client.snapshot.lease);
});

test('hands out no lease that has run out, and none of a gate that is shut', async (t) => {
  const world = createSigningWorld(t);
  const client = await world.openLicensed(pinned);
  const shut = world.open({ ...pinned, product: 'other-tool' });
  world.answer = unreachable;
  world.now += 2 * DAY;

  assert.equal(await client.freshLease(), undefined);
  assert.equal(client.snapshot.access, 'grace');
  assert.equal(await shut.freshLease(), undefined);
});

test('opens on keys from a URL, and offline at the next visit', async (t) => {
  const world = createSigningWorld(t);
  const fetchFromServer = world.answer;
  const named = { publicKeys: `${world.server}/.well-known/jwks.json`, product: 'my-tool' };
  const fetch: typeof globalThis.fetch = async (url, init) =>
    String(url).endsWith('jwks.json')
      ? Response.json(publicKeys)
      : fetchFromServer({ path: '/activate', body: JSON.parse(String(init?.body)), signal: init!.signal! });
  (await world.openLicensed(named, { fetch })).close();

  const { access } = await world.open(named, { fetch: () => Promise.reject(new TypeError('offline')) }).ready;

  assert.equal(access, 'unlocked');
});

test('refreshes the lease before it runs out', async (t) => {
  const world = createSigningWorld(t);
  const client = await world.openLicensed(pinned);
  const { lease } = client.snapshot;

  world.now += 22 * HOUR;
  client.wake();
  await until(() => client.snapshot.lease !== lease);

  assert.equal(world.calls.length, 1);
  assert.notEqual(client.snapshot.lease, lease);
});

for (const days of [-1, 1]) {
  test(`works offline for days under a clock that is ${days} day off`, async (t) => {
    const world = createSigningWorld(t, days * DAY);
    (await world.openLicensed(pinned)).close();
    world.answer = unreachable;
    world.now += 6 * DAY;

    const { open } = await world.open(pinned).ready;

    assert.equal(open, true);
  });
}

for (const years of [-10, 10]) {
  test(`never shuts under a clock that is ${years} years off while the server answers, and asks once a day`, async (t) => {
    const world = createSigningWorld(t, years * 365 * DAY);
    const tabs = [await world.openLicensed(pinned), world.open(pinned)];
    await Promise.all(tabs.map(({ ready }) => ready));
    await rest();
    const shut: LicenseSnapshot[] = [];
    for (const tab of tabs) tab.subscribe((now) => now.open || shut.push(now));
    world.calls.length = 0;

    for (let hour = 0; hour < 48; hour++) {
      world.now += HOUR;
      for (const tab of tabs) tab.wake('visible');
      await rest();
    }
    const restarted = await world.open(pinned).ready;

    assert.deepEqual(shut, []);
    assert.ok(world.calls.length <= 5, `${world.calls.length} requests in two days`);
    assert.equal(restarted.access, 'unlocked');
  });
}
