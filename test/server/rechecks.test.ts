import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';
import { createRechecks } from '../../src/server/rechecks.ts';

const TURN_MS = 2_500;

/** A budget that has a turn every 2.5 s, and the list of those that were asked about. */
function createTest(t: TestContext, { most = 100, failing = '' } = {}) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  t.after(() => mock.timers.reset());
  const asked: string[] = [];
  let nextTurn = Date.now() + TURN_MS;
  const rechecks = createRechecks<string>({
    budget: { waitFor: () => Math.max(nextTurn - Date.now(), 0) },
    async ask(subject) {
      asked.push(subject);
      nextTurn = Date.now() + TURN_MS;
      if (subject === failing) throw new Error('The database does not answer.');
    },
    most,
    log: (_level, event) => void asked.push(event),
  });
  return { rechecks, asked };
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    mock.timers.tick(TURN_MS);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('one has its turn after the other, the oldest verdict first', async (t) => {
  const { rechecks, asked } = createTest(t);
  for (const [id, verifiedAt] of [
    ['b', 2],
    ['c', 3],
    ['a', 1],
  ] as const)
    rechecks.add(id, verifiedAt, id);

  await pass(2);

  assert.deepEqual([asked, rechecks.waiting()], [['a', 'b'], 1]);
});

test('asks at once where there is a turn', async (t) => {
  const { rechecks, asked } = createTest(t);
  await pass(1);

  rechecks.add('a', 1, 'a');

  assert.deepEqual(asked, ['a']);
});

test('whoever comes later has a turn, too', async (t) => {
  const { rechecks, asked } = createTest(t);
  rechecks.add('a', 1, 'a');
  await pass(3);

  rechecks.add('b', 2, 'b');
  await pass(1);

  assert.deepEqual(asked, ['a', 'b']);
});

test('more than so many do not wait', async (t) => {
  const { rechecks } = createTest(t, { most: 3 });

  for (let number = 0; number < 10; number += 1) rechecks.add(`${number}`, number, `${number}`);

  assert.equal(rechecks.waiting(), 3);
});

test('whoever is dropped has no turn any more', async (t) => {
  const { rechecks, asked } = createTest(t);
  rechecks.add('a', 1, 'a');
  rechecks.add('b', 2, 'b');

  rechecks.drop('a');
  await pass(3);

  assert.deepEqual(asked, ['b']);
});

test('a failure costs one turn and ten seconds, and the others go on', async (t) => {
  const { rechecks, asked } = createTest(t, { failing: 'a' });
  rechecks.add('a', 1, 'a');
  rechecks.add('b', 2, 'b');

  await pass(4);
  const soon = [...asked];
  await pass(1);

  assert.deepEqual(soon, ['a', 'recheck_failed']);
  assert.deepEqual(asked, ['a', 'recheck_failed', 'b']);
});

test('stopped, it forgets all that wait, for good', async (t) => {
  const { rechecks, asked } = createTest(t);
  rechecks.add('a', 1, 'a');

  rechecks.stop();
  rechecks.add('b', 2, 'b');
  await pass(3);

  assert.deepEqual([asked, rechecks.waiting()], [[], 0]);
});
