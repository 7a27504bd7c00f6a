import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createTabs } from '../../src/client/tabs.ts';

let names = 0;

function openTabs(t: TestContext, count: number) {
  const name = `tabs-${++names}`;
  const heard = Array.from({ length: count }, () => 0);
  const tabs = heard.map((_, index) => createTabs(name, () => heard[index]!++));
  for (const tab of tabs) tab.listen();
  t.after(() => tabs.forEach((tab) => tab.close()));
  return { tabs, heard };
}

test('tells the other tabs, and not itself', async (t) => {
  const { tabs, heard } = openTabs(t, 3);

  tabs[0]?.announce();
  await pause(50);

  assert.deepEqual(heard, [0, 1, 1]);
});

test('hears nothing of another license', async (t) => {
  const { tabs } = openTabs(t, 1);
  const other = openTabs(t, 1);

  tabs[0]?.announce();
  await pause(50);

  assert.deepEqual(other.heard, [0]);
});

test('lets one tab work at a time', async (t) => {
  const { tabs } = openTabs(t, 5);
  let atWork = 0;
  let most = 0;

  await Promise.all(
    tabs.map((tab) =>
      tab.alone(async () => {
        most = Math.max(most, ++atWork);
        await pause(5);
        atWork--;
      }),
    ),
  );

  assert.equal(most, 1);
});

test('gives the turn back when the work fails', async (t) => {
  const { tabs } = openTabs(t, 2);

  await assert.rejects(
    tabs[0]!.alone(() => Promise.reject(new Error('failed'))),
    /failed/,
  );

  assert.equal(await tabs[1]!.alone(async () => 'done'), 'done');
});

test('goes on without its turn when another tab hangs', async (t) => {
  const { timeout } = AbortSignal;
  t.mock.method(AbortSignal, 'timeout', () => timeout.call(AbortSignal, 20));
  const alive = setInterval(() => {}, 5);
  t.after(() => clearInterval(alive));
  const { tabs } = openTabs(t, 2);
  const hung = Promise.withResolvers<void>();
  void tabs[0]!.alone(() => hung.promise);

  assert.equal(await tabs[1]!.alone(async () => 'done'), 'done');
  hung.resolve();
});

for (const [what, locks] of [
  ['missing', undefined],
  ['refused', { request: () => Promise.reject(new DOMException('sandboxed', 'SecurityError')) }],
  ['refused at once', { request: () => assert.fail('SecurityError') }],
] as const) {
  test(`works without turns where locks are ${what}`, async (t) => {
    t.mock.getter(navigator, 'locks', () => locks as unknown as LockManager);
    const { tabs } = openTabs(t, 1);

    assert.equal(await tabs[0]!.alone(async () => 'done'), 'done');
  });
}

test('announces nothing any more once it is closed, and is closed twice without harm', async (t) => {
  const { tabs, heard } = openTabs(t, 2);

  tabs[1]?.close();
  tabs[1]?.close();
  tabs[0]?.announce();
  await pause(50);

  assert.deepEqual(heard, [0, 0]);
});

test('does without the other tabs where a channel is refused', async (t) => {
  const { BroadcastChannel } = globalThis;
  t.after(() => Object.assign(globalThis, { BroadcastChannel }));
  const refuse = class {
    constructor() {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    }
  };
  Object.assign(globalThis, { BroadcastChannel: refuse });
  const { tabs } = openTabs(t, 1);

  tabs[0]?.announce();

  assert.equal(await tabs[0]?.alone(async () => 'done'), 'done');
});
