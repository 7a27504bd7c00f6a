import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';
import { shareOut, type Lane } from '../../src/server/budget-ledger.ts';
import { createBudget } from '../../src/server/budget.ts';
import { createMemoryStore } from '../../src/server/index.ts';

/** 27 a minute, 9 of them reserved and 3 left free, waiting for at most 8 s; the clock stands still until it is told to go on. */
function createTestBudget(t: TestContext, perMinute = 27) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  t.after(() => mock.timers.reset());
  const store = createMemoryStore();
  return createBudget({
    store,
    ...shareOut(perMinute),
    now: Date.now,
  });
}

async function takeMany(budget: ReturnType<typeof createBudget>, lane: Lane, times: number): Promise<number> {
  const grants = [];
  for (let time = 0; time < times; time += 1) grants.push(await budget.take(lane));
  return grants.filter(({ granted }) => granted).length;
}

/** Lets everything that needs no time go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('known licenses may use the whole budget, and no more', async (t) => {
  const budget = createTestBudget(t);

  assert.equal(await takeMany(budget, 'known', 40), 27);
});

test('unknown keys leave the reserve alone', async (t) => {
  const budget = createTestBudget(t);

  assert.equal(await takeMany(budget, 'unknown', 40), 18);
  assert.equal(await takeMany(budget, 'known', 40), 9);
});

test('what can wait comes a few at once, then in a steady stream, and leaves three free', async (t) => {
  const budget = createTestBudget(t);
  const granted = [await takeMany(budget, 'spare', 40)];
  for (let half = 0; half < 240; half += 1) {
    mock.timers.tick(500);
    granted.push(await takeMany(budget, 'spare', 40));
  }

  const [atOnce, ...later] = granted;
  const secondMinute = later.slice(120).reduce((sum, count) => sum + count, 0);

  assert.equal(atOnce, 9);
  assert.equal(Math.max(...later), 1);
  assert.equal(secondMinute, 24);
  assert.equal(budget.left(), 3);
});

test('what can wait gives way to others, but not to a flood of unknown keys altogether', async (t) => {
  const budget = createTestBudget(t);
  await takeMany(budget, 'unknown', 40);
  const besideFlood = await takeMany(budget, 'spare', 40);
  await takeMany(budget, 'known', 40);
  mock.timers.tick(59_000);

  assert.equal(besideFlood, 6);
  assert.equal(await takeMany(budget, 'spare', 1), 0);
});

test('within any minute there are never more than the budget', async (t) => {
  const budget = createTestBudget(t);
  await takeMany(budget, 'known', 20);
  mock.timers.tick(50_000);
  const late = await takeMany(budget, 'known', 20);
  mock.timers.tick(10_000);

  const afterwards = await takeMany(budget, 'known', 40);

  assert.deepEqual([late, afterwards], [7, 20]);
});

test('says how long it takes until there is room', async (t) => {
  const budget = createTestBudget(t);
  await takeMany(budget, 'known', 27);
  mock.timers.tick(20_000);

  assert.deepEqual(await budget.take('known'), { granted: false, retryAfterMs: 40_000 });
});

test('waits where room comes within eight seconds', async (t) => {
  const budget = createTestBudget(t);
  await takeMany(budget, 'known', 27);
  mock.timers.tick(55_000);
  const waiting = budget.take('known');
  await settled();

  mock.timers.tick(5_000);

  assert.deepEqual(await waiting, { granted: true });
});

test('known licenses go first in the queue', async (t) => {
  const budget = createTestBudget(t, 1);
  await budget.take('known');
  mock.timers.tick(55_000);
  const order: string[] = [];
  const unknown = budget.take('unknown').then(({ granted }) => order.push(`unknown ${granted}`));
  const known = budget.take('known').then(({ granted }) => order.push(`known ${granted}`));

  await settled();
  mock.timers.tick(5_000);
  await known;
  await settled();
  mock.timers.tick(8_000);
  await unknown;

  assert.deepEqual(order, ['known true', 'unknown false']);
});

test('whoever would wait behind too many others is sent away at once', async (t) => {
  const budget = createTestBudget(t, 3);
  await budget.take('known');
  mock.timers.tick(55_000);
  await takeMany(budget, 'known', 2);
  void budget.take('known');
  await settled();

  const second = await budget.take('known');

  assert.deepEqual(second, { granted: false, retryAfterMs: 60_000 });
});

test('what can wait is not kept waiting here, but told when to come again', async (t) => {
  const budget = createTestBudget(t);
  await takeMany(budget, 'known', 27);
  mock.timers.tick(59_000);

  assert.deepEqual(await budget.take('spare'), { granted: false, retryAfterMs: 1_000 });
  assert.equal(budget.waitFor('spare'), 1_000);
  assert.equal(budget.waitFor('known'), 1_000);
});

test('what can wait goes behind those that are waiting', async (t) => {
  const budget = createTestBudget(t);
  await takeMany(budget, 'known', 27);
  mock.timers.tick(55_000);
  void budget.take('known');
  await settled();

  assert.ok(budget.waitFor('spare') >= 5_000);
  assert.equal((await budget.take('spare')).granted, false);
});

test('a pause stops everybody for as long', async (t) => {
  const budget = createTestBudget(t);
  await budget.pause(45_000);

  const during = await budget.take('known');
  mock.timers.tick(45_000);

  assert.deepEqual(during, { granted: false, retryAfterMs: 45_000 });
  assert.deepEqual(await budget.take('known'), { granted: true });
});

test('a shorter pause does not end a longer one', async (t) => {
  const budget = createTestBudget(t);
  await budget.pause(45_000);
  await budget.pause(1_000);

  assert.deepEqual(await budget.take('known'), { granted: false, retryAfterMs: 45_000 });
});

test('no limit means none, but for pauses', async (t) => {
  const budget = createTestBudget(t, 0);

  assert.equal(await takeMany(budget, 'unknown', 1000), 1000);
  assert.equal(budget.left(), Number.POSITIVE_INFINITY);
});

test('a budget of one a minute serves unknown keys, too', async (t) => {
  const budget = createTestBudget(t, 1);

  assert.equal(await takeMany(budget, 'unknown', 3), 1);
});

test('tells what is left', async (t) => {
  const budget = createTestBudget(t);
  await takeMany(budget, 'known', 5);
  const some = budget.left();
  await budget.pause(1_000);

  assert.deepEqual([some, budget.left()], [22, 0]);
});

test('sends away who waits when it shall stop', async (t) => {
  const budget = createTestBudget(t);
  await takeMany(budget, 'known', 27);
  mock.timers.tick(55_000);
  const waiting = budget.take('known');
  await settled();

  budget.stopWaiting();

  assert.deepEqual(await waiting, { granted: false, retryAfterMs: 5_000 });
  assert.deepEqual(await budget.take('known'), { granted: false, retryAfterMs: 5_000 });
});

test('no pause is longer than five minutes, whoever asks for it', async (t) => {
  const budget = createTestBudget(t);

  await budget.pause(24 * 3_600_000);

  assert.deepEqual(await budget.take('known'), { granted: false, retryAfterMs: 300_000 });
});

test('a process whose clock is a little behind does not make what another has made already', async () => {
  const store = createMemoryStore();
  const [ahead, behind] = [5_000, 0].map((ms) =>
    createBudget({ store, ...shareOut(27), waitMs: 0, now: () => 1_000_000_000 + ms }),
  );
  assert.ok(ahead && behind);

  assert.deepEqual([await takeMany(ahead, 'known', 20), await takeMany(behind, 'known', 20)], [20, 7]);
});

test('a clock that is set back does not stop the traffic, not even in a pause', async () => {
  let time = 1_000_000_000;
  const budget = createBudget({
    store: createMemoryStore(),
    ...shareOut(27),
    now: () => time,
  });
  await takeMany(budget, 'known', 27);
  await budget.pause(45_000);
  time -= 3_600_000;

  assert.deepEqual(await budget.take('known'), { granted: true });
});
