import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore, type LicenseStore } from '../../src/server/index.ts';
import { createKeys, kidOf, writeKeyRing } from '../../src/server/key-ring.ts';
import { rotateSigningKeys, type RotateOptions } from '../../src/server/rotate-keys.ts';
import { configOf, DAY_MS, HOUR_MS, START } from './support.ts';

const RULES = configOf().lease;

async function createStore(): Promise<LicenseStore> {
  const store = createMemoryStore();
  await store.keepSecret('signing-keys-ES256', writeKeyRing(await createKeys('ES256')));
  return store;
}

const rotateIn = (store: LicenseStore, how: RotateOptions['how'] = 'safely', now = START) =>
  rotateSigningKeys({ store, rules: RULES, now, how });

test('says which key signs now, which comes next, and until when the retired one is published', async () => {
  const store = await createStore();
  const before = JSON.parse((await store.findSecret('signing-keys-ES256')) ?? '');

  const outcome = await rotateIn(store);

  assert.ok(outcome.kind === 'rotated');
  assert.equal(outcome.current, await kidOf(before.next));
  assert.equal(outcome.retired[0]?.kid, await kidOf(before.current));
  assert.ok((outcome.retired[0]?.until ?? 0) >= START + 7 * DAY_MS);
  assert.equal(outcome.readyAt, START + 2 * HOUR_MS);
});

test('refuses to rotate twice within two hours and changes nothing, and then does', async () => {
  const store = await createStore();
  await rotateIn(store);
  const before = await store.findSecret('signing-keys-ES256');

  const early = await rotateIn(store);
  const unchanged = await store.findSecret('signing-keys-ES256');
  const late = await rotateIn(store, 'safely', START + 2 * HOUR_MS);

  assert.equal(early.kind, 'too_early');
  assert.equal(unchanged, before);
  assert.equal(late.kind, 'rotated');
  assert.equal(late.kind === 'rotated' && late.retired.length, 2);
});

test('rotates earlier where that is wanted', async () => {
  const store = await createStore();
  await rotateIn(store);

  assert.equal((await rotateIn(store, 'anyway')).kind, 'rotated');
});

test('of two rotations at once, one is refused', async () => {
  const store = await createStore();

  const outcomes = await Promise.all([rotateIn(store), rotateIn(store)]);

  assert.deepEqual(outcomes.map(({ kind }) => kind).toSorted(), ['rotated', 'too_early']);
});

test('after a leak nothing of the old keys is left', async () => {
  const store = await createStore();
  const first = await rotateIn(store);
  assert.ok(first.kind === 'rotated');

  const outcome = await rotateIn(store, 'revoke');

  assert.ok(outcome.kind === 'revoked');
  assert.deepEqual(outcome.revoked, [first.current, first.next, first.retired[0]?.kid]);
  assert.deepEqual(outcome.retired, []);
  assert.ok(!outcome.revoked.includes(outcome.current) && !outcome.revoked.includes(outcome.next));
});

test('makes no keys where no server has made any', async () => {
  const store = createMemoryStore();

  assert.deepEqual(await rotateIn(store), { kind: 'no_keys' });
  assert.equal(await store.findSecret('signing-keys-ES256'), undefined);
});
