import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOldestFirst, type OldestFirst } from '../../src/server/oldest-first.ts';

const ANY_ORDER = [40, 10, 30, 10, 20];

/** Each value says when it waits since. */
function createList(times: readonly number[], most = 100): OldestFirst<number> {
  const list = createOldestFirst<number>(most);
  for (const [number, time] of times.entries()) list.add(`id ${number}`, time, time);
  return list;
}

const takeAll = (list: OldestFirst<number>) => Array.from({ length: list.size + 1 }, () => list.take());

test('the oldest is taken first, and an empty list gives nothing', () => {
  assert.deepEqual(takeAll(createList(ANY_ORDER)), [10, 10, 20, 30, 40, undefined]);
});

test('nobody waits twice', () => {
  const list = createList([20]);

  list.add('id 0', 10, 10);

  assert.deepEqual(takeAll(list), [20, undefined]);
});

test('where it is full the youngest goes, be it the one that comes', () => {
  const list = createList([30, 10, 20], 3);

  list.add('too young', 40, 40);
  list.add('as young', 30, 31);
  list.add('older', 5, 5);

  assert.deepEqual(takeAll(list), [5, 10, 20, undefined]);
});

test('whoever is dropped is not taken, and may come again', () => {
  const list = createList(ANY_ORDER);

  list.drop('id 2');
  list.drop('id 3');
  list.drop('nobody');
  list.add('id 2', 35, 35);

  assert.deepEqual(takeAll(list), [10, 20, 35, 40, undefined]);
});

test('cleared, it is empty, and everybody may come again', () => {
  const list = createList(ANY_ORDER);

  list.clear();
  const left = list.size;
  list.add('id 0', 50, 50);

  assert.equal(left, 0);
  assert.deepEqual(takeAll(list), [50, undefined]);
});

test('a list that holds nobody takes nobody', () => {
  assert.deepEqual(takeAll(createList(ANY_ORDER, 0)), [undefined]);
});
