// What stays, what goes, and that going is cheap is seen in rate-limit.test.ts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBoundedMap } from '../../src/server/bounded-map.ts';

test('never holds more than its bound, and always the last half', () => {
  const map = createBoundedMap<number>(100);

  const sizes = Array.from({ length: 1000 }, (_, number) => {
    map.set(String(number), number);
    return map.size;
  });
  const last = Array.from({ length: 50 }, (_, back) => map.get(String(999 - back)));

  assert.ok(Math.max(...sizes) <= 100);
  assert.deepEqual(
    last,
    Array.from({ length: 50 }, (_, back) => 999 - back),
  );
  assert.equal(map.get('0'), undefined);
});

test('keeps what is asked for', () => {
  const map = createBoundedMap<string>(10);
  map.set('kept', 'here');

  for (let number = 0; number < 1000; number += 1) {
    map.set(String(number), 'other');
    map.get('kept');
  }

  assert.equal(map.get('kept'), 'here');
});

test('knows one value of a name, and none after it is deleted', () => {
  const map = createBoundedMap<number>(4);
  map.set('a', 1);
  map.set('b', 1);
  map.set('c', 1);
  map.set('a', 2);

  const second = map.get('a');
  map.delete('a');

  assert.equal(second, 2);
  assert.equal(map.get('a'), undefined);
});
