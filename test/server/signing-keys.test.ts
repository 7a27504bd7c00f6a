import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { createLicenseServer, createMemoryStore } from '../../src/server/index.ts';
import { createKeys, writeKeyRing } from '../../src/server/key-ring.ts';
import { rotateSigningKeys, type RotateOptions } from '../../src/server/rotate-keys.ts';
import { PURCHASES } from '../../src/testing/index.ts';
import { configOf, createClock, createTestServer, DAY_MS, MINUTE_MS, type TestServer } from './support.ts';

const { key: KEY } = PURCHASES.company;

async function keySet({ server }: TestServer): Promise<JSONWebKeySet> {
  return (await (await server.app.request('/.well-known/jwks.json')).json()) as JSONWebKeySet;
}

const kidsOf = async (running: TestServer) => (await keySet(running)).keys.map(({ kid }) => kid);

async function leaseFor({ activate }: TestServer, device: string): Promise<string> {
  return (await activate(KEY, device)).body.lease;
}

const rotateIn = ({ store, clock }: TestServer, how: RotateOptions['how'] = 'safely') =>
  rotateSigningKeys({ store, rules: configOf().lease, now: clock.now(), how });

const verifies = async (lease: string, keys: JSONWebKeySet, now: number) =>
  jwtVerify(lease, createLocalJWKSet(keys), { audience: 'my-tool', currentDate: new Date(now) }).then(
    () => true,
    () => false,
  );

test('signs with the first of the published keys, which is named by its thumbprint', async () => {
  const running = createTestServer();

  const lease = await leaseFor(running, 'laptop');

  const { keys } = await keySet(running);
  assert.equal(decodeProtectedHeader(lease).kid, keys[0]?.kid);
  assert.equal(keys.length, 2);
  assert.ok(keys.every(({ alg, use }) => alg === 'ES256' && use === 'sig'));
});

test('signs with Ed25519 where that is configured', async () => {
  const running = createTestServer({ config: { lease: { algorithm: 'Ed25519' } } });

  const lease = await leaseFor(running, 'laptop');

  assert.equal(decodeProtectedHeader(lease).alg, 'Ed25519');
  assert.ok(await verifies(lease, await keySet(running), running.clock.now()));
});

test('a running server signs with the next key within a minute after a rotation', async () => {
  const running = createTestServer();
  await leaseFor(running, 'laptop');
  const [current, next] = await kidsOf(running);

  await rotateIn(running);
  const soon = await leaseFor(running, 'phone');
  running.clock.advance(MINUTE_MS);
  const later = await leaseFor(running, 'tablet');

  assert.equal(decodeProtectedHeader(soon).kid, current);
  assert.equal(decodeProtectedHeader(later).kid, next);
  assert.deepEqual((await kidsOf(running)).slice(0, 1), [next]);
});

test('a lease signed before a rotation verifies until it is over', async () => {
  const running = createTestServer();
  const lease = await leaseFor(running, 'laptop');

  await rotateIn(running);
  running.clock.advance(DAY_MS - MINUTE_MS);
  const keys = await keySet(running);

  assert.equal(keys.keys.length, 3);
  assert.ok(await verifies(lease, keys, running.clock.now()));
});

test('a back end that read the keys before a rotation verifies what is signed after it', async () => {
  const running = createTestServer();
  const keys = await keySet(running);

  await rotateIn(running);
  running.clock.advance(MINUTE_MS);
  const lease = await leaseFor(running, 'laptop');

  assert.ok(await verifies(lease, keys, running.clock.now()));
});

test('after a leak, neither the keys nor the leases of before are good any more', async () => {
  const running = createTestServer();
  const before = await leaseFor(running, 'laptop');
  const leaked = await kidsOf(running);

  const outcome = await rotateIn(running, 'revoke');
  running.clock.advance(MINUTE_MS);
  const after = await leaseFor(running, 'laptop');
  const keys = await keySet(running);

  assert.deepEqual(outcome.kind === 'revoked' && outcome.revoked, leaked);
  assert.ok(keys.keys.every(({ kid }) => !leaked.includes(kid)));
  assert.equal(await verifies(before, keys, running.clock.now()), false);
  assert.equal(await verifies(after, keys, running.clock.now()), true);
});

test('leases that were signed with another algorithm verify until they are over', async () => {
  const store = createMemoryStore();
  const clock = createClock();
  const before = createTestServer({ store, clock });
  const lease = await leaseFor(before, 'laptop');

  const after = createTestServer({ store, clock, config: { lease: { algorithm: 'Ed25519' } } });
  const keys = await keySet(after);
  clock.advance(8 * DAY_MS);
  const later = await keySet(after);

  assert.ok(await verifies(lease, keys, clock.now() - 8 * DAY_MS));
  assert.equal(keys.keys[0]?.alg, 'Ed25519');
  assert.deepEqual(
    later.keys.map(({ alg }) => alg),
    ['Ed25519', 'Ed25519'],
  );
});

test('leases that were signed with the keys in the database verify after new ones came from the environment', async () => {
  const store = createMemoryStore();
  const clock = createClock();
  const lease = await leaseFor(createTestServer({ store, clock }), 'laptop');
  const supplied = writeKeyRing(await createKeys('ES256'));
  const config = configOf({}, { LICENSE_GATE_SIGNING_KEYS: supplied });

  const { app } = createLicenseServer({ config, store, now: clock.now });
  const read = async () => (await (await app.request('/.well-known/jwks.json')).json()) as JSONWebKeySet;
  const keys = await read();
  clock.advance(8 * DAY_MS);
  const later = await read();

  assert.equal(keys.keys[0]?.x, JSON.parse(supplied).current.x);
  assert.ok(await verifies(lease, keys, clock.now() - 8 * DAY_MS));
  assert.equal(later.keys.length, 2);
});

test('keys that were copied from the database into the environment are published once', async () => {
  const store = createMemoryStore();
  const clock = createClock();
  const lease = await leaseFor(createTestServer({ store, clock }), 'laptop');
  const copied = (await store.findSecret('signing-keys-ES256')) ?? '';
  const config = configOf({}, { LICENSE_GATE_SIGNING_KEYS: copied });

  const { app } = createLicenseServer({ config, store, now: clock.now });
  const keys = (await (await app.request('/.well-known/jwks.json')).json()) as JSONWebKeySet;

  assert.equal(keys.keys.length, 2);
  assert.ok(await verifies(lease, keys, clock.now()));
});

test('keys that are in use again are published again, however long they were not', async () => {
  const store = createMemoryStore();
  const clock = createClock();
  await kidsOf(createTestServer({ store, clock }));
  await kidsOf(createTestServer({ store, clock, config: { lease: { algorithm: 'Ed25519' } } }));
  clock.advance(30 * DAY_MS);

  const back = createTestServer({ store, clock });
  const lease = await leaseFor(back, 'laptop');
  const keys = await keySet(back);

  assert.ok(await verifies(lease, keys, clock.now()));
  assert.deepEqual(
    keys.keys.map(({ alg }) => alg),
    ['ES256', 'ES256', 'Ed25519'],
  );
});

test('a leak takes the keys of the other algorithm along', async () => {
  const store = createMemoryStore();
  const clock = createClock();
  const leaked = await kidsOf(
    createTestServer({ store, clock, config: { lease: { algorithm: 'Ed25519' } } }),
  );
  const running = createTestServer({ store, clock });
  await kidsOf(running);

  await rotateIn(running, 'revoke');
  clock.advance(MINUTE_MS);
  const back = createTestServer({ store, clock, config: { lease: { algorithm: 'Ed25519' } } });

  const shown = [...(await kidsOf(running)), ...(await kidsOf(back))];
  assert.ok(shown.every((kid) => !leaked.includes(kid)));
});

test('goes on with the keys it has while they cannot be read again', async () => {
  const running = createTestServer();
  await leaseFor(running, 'laptop');
  const before = await kidsOf(running);
  running.store.findSecret = () => Promise.reject(new Error('not now'));

  running.clock.advance(MINUTE_MS);
  const lease = await leaseFor(running, 'phone');

  assert.deepEqual(await kidsOf(running), before);
  assert.equal(decodeProtectedHeader(lease).kid, before[0]);
  assert.equal(running.log.filter((line) => line.includes('signing_keys_not_read')).length, 1);
});

test('reads the keys once a minute, however many ask', async () => {
  const running = createTestServer();
  await kidsOf(running);
  const { findSecret } = running.store;
  let reads = 0;
  running.store.findSecret = (name) => {
    reads += name === 'signing-keys-ES256' ? 1 : 0;
    return findSecret(name);
  };

  running.clock.advance(MINUTE_MS);
  await Promise.all([kidsOf(running), kidsOf(running), leaseFor(running, 'laptop')]);

  assert.equal(reads, 1);
});

test('keys from the environment sign, and none are made in the database', async () => {
  const supplied = writeKeyRing(await createKeys('ES256'));
  const store = createMemoryStore();
  const config = configOf({}, { LICENSE_GATE_SIGNING_KEYS: supplied });
  const server = createLicenseServer({ config, store });

  const { keys } = (await (await server.app.request('/.well-known/jwks.json')).json()) as JSONWebKeySet;

  assert.equal(keys[0]?.x, JSON.parse(supplied).current.x);
  assert.equal(await store.findSecret('signing-keys-ES256'), undefined);
});
