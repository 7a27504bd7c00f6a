import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { createMemoryStore } from '../../src/server/index.ts';
import { createInquiries } from '../../src/server/inquiries.ts';
import { HOUR_MS, MINUTE_MS, createClock } from './support.ts';

/** Two processes on one store. */
function createTwo() {
  const store = createMemoryStore();
  const clock = createClock();
  return { clock, store, one: createInquiries(store, clock.now), other: createInquiries(store, clock.now) };
}

test('one process asks, the other sees that it does', async () => {
  const { one, other } = createTwo();

  const begun = await one.begin('key');

  assert.equal(begun, 'free');
  assert.equal(await other.look('key'), 'under_way');
  assert.equal(await other.begin('key'), 'under_way');
  assert.equal(await other.begin('other key'), 'free');
});

test('the turn is free again when it has been given back', async () => {
  const { one, other } = createTwo();
  await one.begin('key');
  await one.end('key', 'nothing');

  assert.equal(await other.begin('key'), 'free');
});

test('a process that died in an inquiry holds nobody up for longer than four seconds', async () => {
  const { one, other, clock } = createTwo();
  await one.begin('key');
  clock.advance(4_000);

  assert.equal(await other.begin('key'), 'free');
});

test('an inquiry that takes long is the only one until it ends', async (t) => {
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.after(() => mock.timers.reset());
  const store = createMemoryStore();
  const [one, other] = [createInquiries(store, Date.now), createInquiries(store, Date.now)];
  await one.begin('key');

  const seen = new Set<string>();
  for (let second = 0; second < 30; second += 1) {
    mock.timers.tick(1_000);
    await new Promise((resolve) => setImmediate(resolve));
    seen.add(await other.look('key'));
  }
  await one.end('key', 'nothing');
  mock.timers.tick(10_000);

  assert.deepEqual(seen, new Set(['under_way']));
  assert.equal(await other.begin('key'), 'free');
});

test('an inquiry begins and ends where timers are numbers, as outside of Node', async (t) => {
  t.mock.method(globalThis, 'setTimeout', () => 7);
  const { one, other } = createTwo();
  const begun = await one.begin('key');
  await one.end('key', 'nothing');

  assert.deepEqual([begun, await other.begin('key')], ['free', 'free']);
});

test('a clock that is set back makes neither an inquiry nor a denial longer than it can be', async () => {
  const { one, other, clock } = createTwo();
  await one.begin('asked about');
  await one.begin('denied');
  await one.end('denied', 'denied');

  clock.advance(-HOUR_MS);

  assert.deepEqual([await other.begin('asked about'), await other.begin('denied')], ['free', 'free']);
});

test('remembers a denial for a minute, the next ones twice as long each, and never longer than ten minutes', async () => {
  const { one, other, clock } = createTwo();
  const lengths = [];
  for (let round = 0; round < 6; round += 1) {
    await one.begin('key');
    await one.end('key', 'denied');
    let minutes = 0;
    while ((await other.look('key')) === 'denied') {
      clock.advance(MINUTE_MS);
      minutes += 1;
    }
    lengths.push(minutes);
  }

  assert.deepEqual(lengths, [1, 2, 4, 8, 10, 10]);
});

test('a valid verdict ends all denials', async () => {
  const { one, clock } = createTwo();
  await one.begin('key');
  await one.end('key', 'denied');
  clock.advance(MINUTE_MS);
  await one.begin('key');
  await one.end('key', 'valid');

  assert.equal(await one.look('key'), 'free');
});

test('what a note says in words of another version counts as nothing', async () => {
  const { one, store, clock } = createTwo();
  await store.changeNote('inquiry key', 0, () => ({
    save: { value: '{"future": true', until: clock.now() + 1 },
    outcome: 0,
  }));

  assert.equal(await one.look('key'), 'free');
});
