import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore } from '../../src/server/index.ts';
import { createWriteProbe } from '../../src/server/write-probe.ts';
import { createClock } from './support.ts';

test('writes at most once a second, however often it is asked', async () => {
  const store = createMemoryStore();
  const clock = createClock();
  let writes = 0;
  const { changeNote } = store;
  store.changeNote = (...args) => {
    writes += 1;
    return changeNote(...args);
  };
  const canWrite = createWriteProbe(store, clock.now);

  await Promise.all(Array.from({ length: 100 }, canWrite));
  const within = writes;
  clock.advance(1_000);
  await canWrite();

  assert.deepEqual([within, writes], [1, 2]);
});

test('says that nothing can be written for a second at most, and then looks again', async () => {
  const store = createMemoryStore();
  const clock = createClock();
  const { changeNote } = store;
  store.changeNote = () => Promise.reject(new Error('disk full'));
  const canWrite = createWriteProbe(store, clock.now);

  await assert.rejects(canWrite(), /disk full/);
  store.changeNote = changeNote;
  await assert.rejects(canWrite(), /disk full/);
  clock.advance(1_000);

  await canWrite();
});
