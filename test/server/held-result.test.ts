import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHeldResult } from '../../src/server/held-result.ts';
import { createClock } from './support.ts';

test('finds a result once for all who ask within its time, and anew after it or when the clock was set back', async () => {
  const clock = createClock();
  let found = 0;
  const ask = createHeldResult(1_000, clock.now, async () => (found += 1));

  const first = await Promise.all([ask(), ask(), ask()]);
  clock.advance(999);
  const held = await ask();
  clock.advance(1);
  const anew = await ask();
  clock.advance(-5_000);
  const setBack = await ask();

  assert.deepEqual([...first, held, anew, setBack], [1, 1, 1, 1, 2, 3]);
});
