import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  comeBack,
  createKey,
  createKeys,
  kidOf,
  leave,
  publishedKeys,
  readKeyRing,
  readyAt,
  rotate,
  toJwk,
  writeKeyRing,
  type KeyRing,
} from '../../src/server/key-ring.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, START } from './support.ts';

const WEEK_MS = 7 * DAY_MS;
const SAFELY = { now: START, leaseMs: WEEK_MS, force: false };

const createRing = () => createKeys('ES256');

async function rotated(ring: KeyRing, when = SAFELY): Promise<KeyRing> {
  const rotation = rotate(ring, await createKey('ES256'), when);
  if (!rotation.ok) throw new Error('too early');
  return rotation.ring;
}

const kidsAt = (ring: KeyRing, now: number) =>
  Promise.all(publishedKeys(ring, { now, leaseMs: WEEK_MS }).map(kidOf));

test('publishes the key that signs, and the next one', async () => {
  const ring = await createRing();

  assert.deepEqual(await kidsAt(ring, START), [await kidOf(ring.current), await kidOf(ring.next)]);
});

test('the next key takes over, and a new one is published after it', async () => {
  const before = await createRing();

  const ring = await rotated(before);

  assert.deepEqual(ring.current, before.next);
  assert.notDeepEqual(ring.next, before.current);
  assert.notDeepEqual(ring.next, before.next);
});

test('a retired key stays published until the last lease that it signed is over', async () => {
  const before = await createRing();
  const retired = await kidOf(before.current);

  const ring = await rotated(before);

  assert.ok((await kidsAt(ring, START + WEEK_MS)).includes(retired));
  assert.ok(!(await kidsAt(ring, START + WEEK_MS + 10 * MINUTE_MS)).includes(retired));
});

test('what has been retired for long enough is no longer kept', async () => {
  const ring = await rotated(await createRing());

  const later = await rotated(ring, { ...SAFELY, now: START + 2 * WEEK_MS });

  assert.equal(later.retired?.length, 1);
});

test('keeps nothing of a retired key that could sign', async () => {
  const before = await createRing();

  const text = writeKeyRing(await rotated(before));

  assert.ok(!text.includes(before.current.d));
});

test('shows no private part', async () => {
  const { current } = await createRing();

  const jwk = await toJwk(current, 'ES256');

  assert.deepEqual(Object.keys(jwk), ['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use']);
  assert.equal(jwk.kid, await kidOf(current));
});

test('a key does not sign before it has been published for two hours', async () => {
  const ring = await rotated(await createRing());
  const fresh = await createKey('ES256');

  const early = rotate(ring, fresh, { ...SAFELY, now: START + 2 * HOUR_MS - 1 });
  const late = rotate(ring, fresh, { ...SAFELY, now: START + 2 * HOUR_MS });

  assert.deepEqual(early, { ok: false, readyAt: START + 2 * HOUR_MS });
  assert.equal(late.ok, true);
});

test('a key signs earlier where that is wanted', async () => {
  const ring = await rotated(await createRing());

  const rotation = rotate(ring, await createKey('ES256'), { ...SAFELY, force: true });

  assert.equal(rotation.ok, true);
});

test('the first two keys were published together, so the first rotation need not wait', async () => {
  assert.equal(readyAt(await createRing()), 0);
});

test('the keys of an algorithm that servers have left are published for as long as their leases last', async () => {
  const ring = leave(await createRing(), START);

  assert.deepEqual(await kidsAt(ring, START + WEEK_MS), [await kidOf(ring.current)]);
  assert.deepEqual(await kidsAt(ring, START + WEEK_MS + 10 * MINUTE_MS), []);
  assert.equal(leave(ring, START + 5).leftAt, START);
  assert.equal((await kidsAt(comeBack(ring), START + 2 * WEEK_MS)).length, 2);
});

test('reads the keys of earlier versions', async () => {
  const { current, next } = await createRing();

  const ring = readKeyRing(JSON.stringify({ current, next }), 'ES256');

  assert.deepEqual(ring, { current, next });
});

test('says what is wrong with keys without showing them', async () => {
  const text = writeKeyRing(await createRing());

  assert.throws(() => readKeyRing(text.slice(0, -5), 'ES256'), {
    message: 'The signing keys cannot be read: they are not what license-gate wrote.',
  });
  assert.throws(() => readKeyRing('{"current":{"d":"secret"}}', 'ES256'), /^(?!.*secret)/);
  assert.throws(() => readKeyRing(text, 'Ed25519'), /of type P-256; lease.algorithm Ed25519/);
});
