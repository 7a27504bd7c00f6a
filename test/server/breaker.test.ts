import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBreaker, isMassFlip, withAnswer, type Asked } from '../../src/server/breaker.ts';
import { createMemoryStore } from '../../src/server/index.ts';
import { HOUR_MS, MINUTE_MS, createClock } from './support.ts';

const NOW = 100 * HOUR_MS;

const asked = (from: number, to: number, flipped: boolean, at = NOW): Asked[] =>
  Array.from({ length: to - from }, (_, number) => ({ license: `license-${from + number}`, at, flipped }));

const CASES: readonly (readonly [string, readonly Asked[], boolean])[] = [
  ['nobody was asked about', [], false],
  ['nine of nine flipped', asked(0, 9, true), false],
  ['ten of ten flipped', asked(0, 10, true), true],
  ['ten of fifty flipped, which is a fifth', [...asked(0, 10, true), ...asked(10, 50, false)], false],
  ['eleven of fifty flipped', [...asked(0, 11, true), ...asked(11, 50, false)], true],
  ['ten flipped an hour ago', asked(0, 10, true, NOW - HOUR_MS), false],
  ['ten flipped an hour ahead of a clock that was set back', asked(0, 10, true, NOW + HOUR_MS), false],
  ['ten flipped a ms less than an hour ago', asked(0, 10, true, NOW - HOUR_MS + 1), true],
];

for (const [name, tally, expected] of CASES) {
  test(`${name}: ${expected ? 'a' : 'no'} mass flip`, () => {
    assert.equal(isMassFlip(tally, NOW), expected);
  });
}

test('a license counts once, with its last answer', () => {
  const once = { license: 'license-1', at: NOW, flipped: true };

  const tally = withAnswer([once], { ...once, at: NOW + 1, flipped: false });

  assert.deepEqual(tally, [{ license: 'license-1', at: NOW + 1, flipped: false }]);
});

test('remembers the last thousand licenses', () => {
  let tally: readonly Asked[] = [];
  for (const answer of asked(0, 1_005, false)) tally = withAnswer(tally, answer);

  assert.equal(tally.length, 1_000);
  assert.equal(tally[0]?.license, 'license-5');
});

test('two processes count together, and a restart forgets nothing', async () => {
  const store = createMemoryStore();
  const clock = createClock();
  const [one, other] = [createBreaker(store, clock.now), createBreaker(store, clock.now)];
  for (let number = 0; number < 5; number += 1) await one.hear(`license-${number}`, 'invalid');
  for (let number = 5; number < 9; number += 1) await other.hear(`license-${number}`, 'invalid');

  const open = await createBreaker(store, clock.now).hear('license-9', 'invalid');

  assert.equal(open, true);
});

test('closes again when the hour is over', async () => {
  const clock = createClock();
  const breaker = createBreaker(createMemoryStore(), clock.now);
  for (let number = 0; number < 10; number += 1) await breaker.hear(`license-${number}`, 'invalid');
  const during = breaker.isOpen();
  clock.advance(60 * MINUTE_MS);

  assert.deepEqual([during, breaker.isOpen()], [true, false]);
});
