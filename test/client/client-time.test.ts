// The client under clocks that are wrong, are turned, or stand still: who was confirmed works on for seven days, not
// less and not more, and nobody is shut out while the license server answers.

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { DAY, HOUR, KEY, MINUTE, NOW } from './fixtures.ts';
import { confirmation, createWorld, rest, unreachable } from './world.ts';

const YEAR = 365 * DAY;
const WRONG_CLOCKS: Readonly<Record<string, number>> = {
  right: 0,
  '50 s behind': -50_000,
  '50 s ahead': 50_000,
  'a day behind': -DAY,
  'a day ahead': DAY,
  'ten years behind': -10 * YEAR,
  'ten years ahead': 10 * YEAR,
};

/** A world in which the true time goes on, and the device's clock shows what it likes. */
function createTimes(t: TestContext, wrongMs = 0, { saysTime = true } = {}) {
  const world = createWorld(t);
  const times = {
    world,
    true: NOW,
    pass(ms: number) {
      times.true += ms;
      world.now += ms;
      world.uptime += ms;
    },
    turn(ms: number) {
      world.now += ms;
    },
    answers: () => {
      world.answer = () => confirmation(saysTime ? { serverTime: new Date(times.true).toISOString() } : {});
    },
    isDown: () => {
      world.answer = unreachable;
    },
  };
  times.turn(wrongMs);
  times.answers();
  return times;
}

for (const [clock, wrongMs] of Object.entries(WRONG_CLOCKS))
  for (const saysTime of [true, false]) {
    const server = saysTime ? 'a server that says its time' : 'a server that does not say its time';

    test(`works for 6 d 23 h without ${server}, not for 7 d 1 min, and again with it, under a clock that is ${clock}`, async (t) => {
      const times = createTimes(t, wrongMs, { saysTime });
      const { world } = times;
      (await world.openLicensed()).close();
      times.isDown();

      times.pass(6 * DAY + 23 * HOUR);
      const client = world.open();
      await client.ready;
      await rest();
      assert.equal(client.snapshot.access, 'grace');

      times.pass(HOUR + MINUTE);
      client.wake();
      await rest();
      assert.equal(client.snapshot.reason, 'grace_expired');

      times.answers();
      client.wake('online');
      await rest();
      assert.equal(client.snapshot.access, 'unlocked');
    });

    test(`never shuts while ${server} answers, though the clock comes to be ${clock}`, async (t) => {
      const times = createTimes(t, 0, { saysTime });
      const { world } = times;
      const client = await world.openLicensed();
      const accesses = new Set<string>();
      client.subscribe(({ access }) => accesses.add(access));

      for (const turn of [wrongMs, -wrongMs, wrongMs]) {
        times.turn(turn);
        times.pass(MINUTE);
        client.wake('visible');
        await rest();
        accesses.add((await world.open().ready).access);
        times.pass(DAY + HOUR);
        client.wake();
        await rest();
      }

      assert.deepEqual([...accesses], ['unlocked']);
    });
  }

test('says until when the gate stays open by the server’s clock', async (t) => {
  const { world } = createTimes(t, DAY);

  const { snapshot } = await world.openLicensed();

  assert.equal(snapshot.graceEndsAt?.getTime(), NOW + 7 * DAY);
});

test('gains nothing by turning the clock back in a page that stays open', async (t) => {
  const times = createTimes(t);
  const client = await times.world.openLicensed();
  times.isDown();

  for (let day = 0; day < 7; day++) {
    times.pass(DAY);
    times.turn(-DAY);
    client.wake();
    await rest();
  }
  times.pass(MINUTE);
  client.wake();
  await rest();

  assert.equal(client.snapshot.reason, 'grace_expired');
});

test('gains nothing by turning the clock back between two visits', async (t) => {
  const times = createTimes(t);
  (await times.world.openLicensed()).close();
  times.isDown();

  for (let day = 0; day < 7; day++) {
    const visit = times.world.open();
    await rest();
    for (let hour = 0; hour < 24; hour++) {
      times.pass(HOUR);
      visit.wake();
      await rest();
    }
    visit.close();
    times.turn(-DAY);
  }
  const last = times.world.open();
  await rest();

  assert.equal(last.snapshot.reason, 'grace_expired');
});

test('does not lengthen the grace over visits of some minutes, with the clock turned back after each', async (t) => {
  const times = createTimes(t);
  (await times.world.openLicensed()).close();
  times.isDown();
  times.pass(6 * DAY + 22 * HOUR);

  for (let minutes = 0; minutes < 120; minutes += 6) {
    const visit = times.world.open();
    await rest();
    for (let minute = 0; minute < 6; minute++) {
      times.pass(MINUTE);
      visit.wake();
      await rest();
    }
    visit.close();
    times.turn(-6 * MINUTE);
  }
  const last = times.world.open();
  await rest();

  assert.equal(last.snapshot.reason, 'grace_expired');
});

test('sleeps for eight days with the page open, and asks before it goes on', async (t) => {
  const times = createTimes(t);
  const client = await times.world.openLicensed();

  times.true += 8 * DAY;
  times.world.now += 8 * DAY; // the machine counts no running time
  client.wake('visible');
  await rest();

  assert.equal(client.snapshot.access, 'unlocked');
  assert.equal(times.world.calls.length, 1);
});

test('asks once for two tabs after the clock has jumped by ten years', async (t) => {
  const times = createTimes(t);
  const tabs = [await times.world.openLicensed(), times.world.open()];
  await rest();

  times.turn(10 * YEAR);
  times.pass(MINUTE);
  for (const tab of tabs) tab.wake('visible');
  await rest();
  for (const tab of tabs) tab.wake('visible');
  await rest();

  assert.equal(times.world.calls.length, 1);
  assert.ok(tabs.every(({ snapshot }) => snapshot.access === 'unlocked'));
});

test('does not take an answer for new that a service worker keeps giving', async (t) => {
  const times = createTimes(t);
  const client = await times.world.openLicensed();
  const stale = { serverTime: new Date(NOW).toISOString() };
  times.world.answer = () => confirmation(stale);

  times.pass(DAY);
  client.wake();
  await rest();
  assert.equal(client.snapshot.access, 'grace');
  assert.equal(client.snapshot.reason, 'bad_response');

  times.pass(6 * DAY + MINUTE);
  client.wake();
  await rest();
  assert.equal(client.snapshot.reason, 'grace_expired');
});

test('takes the answer of a server whose own clock was set back by an hour', async (t) => {
  const times = createTimes(t);
  const client = await times.world.openLicensed();

  times.pass(DAY);
  times.true -= HOUR;
  client.wake();
  await rest();

  assert.equal(client.snapshot.access, 'unlocked');
});

test('lets a server that is asked for too much name the time of the next question, up to five minutes', async (t) => {
  const times = createTimes(t);
  const { world } = times;
  const client = await world.openLicensed();
  world.answer = () => Response.json({ valid: false }, { status: 429, headers: { 'retry-after': '86400' } });
  times.pass(DAY);
  client.wake();
  await rest();

  times.pass(299_000);
  client.wake();
  await rest();
  const before = world.calls.length;
  times.pass(1000);
  times.answers();
  client.wake();
  await rest();

  assert.equal(before, 1);
  assert.equal(world.calls.length, 2);
  assert.equal(client.snapshot.access, 'unlocked');
});

test('reads a time that is none as no time', async (t) => {
  const times = createTimes(t);
  times.world.answer = () => confirmation({ serverTime: 'soon' });

  const client = times.world.open();
  await client.activate(KEY);

  assert.equal(client.snapshot.graceEndsAt?.getTime(), NOW + 7 * DAY);
});
