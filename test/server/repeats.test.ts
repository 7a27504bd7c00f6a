// What is said again without looking, and everything that ends it. The store under these servers counts its readings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDesk, createMemoryStore, type LicenseStore } from '../../src/server/index.ts';
import { createRepeats } from '../../src/server/repeats.ts';
import type { Visit } from '../../src/server/visit.ts';
import { PURCHASES } from '../../src/testing/index.ts';
import { HOUR_MS, MINUTE_MS, configOf, createTestServer, type TestOptions } from './support.ts';

const { key } = PURCHASES.team;

function createCountedServer(options: TestOptions = {}) {
  const memory = createMemoryStore();
  let readings = 0;
  const store: LicenseStore = {
    ...memory,
    findLicense(...asked) {
      readings += 1;
      return memory.findLicense(...asked);
    },
  };
  const server = createTestServer({ store, ...options });
  return {
    ...server,
    async readingsOf(ask: () => Promise<unknown>): Promise<number> {
      const before = readings;
      await ask();
      return readings - before;
    },
    /** A seated device that has asked once more: from now on it is known. */
    async visitTwice() {
      await server.activate(key, 'laptop');
      await server.activate(key, 'laptop');
      await server.status(key);
    },
  };
}

test('a device that asks again within a minute is answered the same without reading anything', async () => {
  const { activate, clock, readingsOf, visitTwice } = createCountedServer();
  await visitTwice();
  const { body: first } = await activate(key, 'laptop');
  clock.advance(MINUTE_MS - 1);

  const readings = await readingsOf(() => activate(key, 'laptop'));

  const { body: second } = await activate(key, 'laptop');
  assert.equal(readings, 0);
  assert.equal(second.lease, first.lease);
  assert.notEqual(second.serverTime, first.serverTime);
});

test('a status that is asked for again is answered without reading anything', async () => {
  const { status, readingsOf, visitTwice } = createCountedServer();
  await visitTwice();

  assert.equal(await readingsOf(() => status(key)), 0);
  assert.deepEqual((await status(key)).body, {
    activated: true,
    licenseName: 'Team License',
    devicesUsed: 1,
    maxDevices: 5,
  });
});

test('after a minute the license and the seat are read again', async () => {
  const { activate, clock, readingsOf, visitTwice } = createCountedServer();
  await visitTwice();
  clock.advance(MINUTE_MS);

  assert.equal(await readingsOf(() => activate(key, 'laptop')), 1);
});

test('where the clock is set back, everything is read again', async () => {
  const { activate, clock, readingsOf, visitTwice } = createCountedServer();
  await visitTwice();
  clock.advance(-1);

  assert.equal(await readingsOf(() => activate(key, 'laptop')), 1);
});

test('nothing is said again past the time at which the verdict has to be renewed', async () => {
  const { activate, clock, market, readingsOf } = createCountedServer();
  await activate(key, 'laptop');
  clock.advance(24 * HOUR_MS - 10);
  await activate(key, 'laptop');
  await activate(key, 'laptop');
  clock.advance(10);
  const askedBefore = market.calls.length;

  const readings = await readingsOf(() => activate(key, 'laptop'));

  assert.ok(readings > 0);
  assert.equal(market.calls.length, askedBefore + 1);
});

test('a ban, a release and a deactivation hold at the very next contact', async () => {
  const { activate, deactivate, status, store, clock, visitTwice } = createCountedServer();
  const desk = await createDesk({ config: configOf(), store, now: clock.now });
  await visitTwice();
  const [holding] = await desk.find(key);
  assert.ok(holding);

  await desk.ban(holding);
  const banned = await activate(key, 'laptop');
  const bannedStatus = await status(key);
  await desk.unban(holding);
  await visitTwice();
  await desk.releaseAll(holding);
  const releasedStatus = await status(key);
  await visitTwice();
  await deactivate(key, { deviceId: 'laptop' });
  const gone = await status(key, { deviceId: 'laptop' });

  assert.equal(banned.body.code, 'license_revoked');
  assert.deepEqual(bannedStatus.body, { activated: false });
  assert.equal(releasedStatus.body.devicesUsed, 0);
  assert.deepEqual([gone.body.devicesUsed, gone.body.devices], [0, undefined]);
});

test('a request that brings more than a key and a device is always decided anew', async () => {
  const { activate, readingsOf, visitTwice } = createCountedServer();
  await visitTwice();

  assert.equal(await readingsOf(() => activate(key, 'laptop', { replaceDevice: 'x' })), 1);
});

test('a device whose id goes on where the key of another ends is not taken for that one', async () => {
  const { activate, visitTwice } = createCountedServer();
  await visitTwice();

  const other = await activate(`${key}l`, 'aptop');

  assert.equal(other.body.devicesUsed, 2);
});

test('a key that is asked about too often is refused, known or not', async () => {
  const config = { rateLimits: { statusPerMinute: 0, statusPerMinutePerKey: 3 } };
  const { activate, status } = createCountedServer({ config });
  await activate(key, 'laptop');

  const replies = [await status(key), await status(key), await status(key), await status(key)];

  assert.deepEqual(
    replies.map((reply) => reply.status),
    [200, 200, 200, 429],
  );
});

test('a store that does not know whether it was changed is always read', async () => {
  const { version: _version, ...store } = createMemoryStore();
  const { activate } = createTestServer({ store });
  await activate(key, 'laptop');
  await activate(key, 'laptop');
  let readings = 0;
  const { findLicense } = store;
  Object.assign(store, {
    findLicense: (...asked: Parameters<typeof findLicense>) => {
      readings += 1;
      return findLicense(...asked);
    },
  });

  await activate(key, 'laptop');

  assert.equal(readings, 1);
});

test('visits of one turn of the event loop share one question whether anything has changed', async () => {
  let version = 1;
  const store = { version: () => version++ };
  const times = configOf().verdicts;
  const repeats = createRepeats({ store, times, now: Date.now });
  let turn = {};
  const visit = { path: '/activate', turn: () => turn } as unknown as Visit;
  const outside = { path: '/activate' } as unknown as Visit;
  const versionOf = async (asking: Visit) => (await repeats?.questionOf(asking, 'a body'))?.version;

  const first = [await versionOf(visit), await versionOf(visit)];
  turn = {};
  const second = [await versionOf(visit), await versionOf(visit)];
  const without = [await versionOf(outside), await versionOf(outside)];

  assert.deepEqual([first, second, without], [[1, 1], [2, 2], [3, 4]]); // prettier-ignore
});
