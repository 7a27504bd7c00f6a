// Asking again behind answers where the marketplace's budget is scarce: what can wait waits, and no buyer does.
import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';
import { createDesk, createMemoryStore, type LicenseStore } from '../../src/server/index.ts';
import { PURCHASES, createFakeMarketplace } from '../../src/testing/index.ts';
import {
  DAY_MS,
  HOUR_MS,
  MINUTE_MS,
  START,
  configOf,
  createTestServer,
  type Reply,
  type TestServer,
} from './support.ts';

const KEYS = Array.from({ length: 12 }, (_, number) => `00000000-0000-4000-8000-0000000000${10 + number}`);
const SECOND_MS = 1_000;

/** Nine requests a minute, three of them reserved, one left free; timers go by the same clock as everything else. */
function createTest(t: TestContext, store: LicenseStore = createMemoryStore()) {
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: START });
  t.after(() => mock.timers.reset());
  const market = createFakeMarketplace({
    purchases: KEYS.map((key) => ({ ...PURCHASES.standard, key })),
    now: Date.now,
    verifiesPerMinute: 0,
  });
  const clock = { now: Date.now, advance: (ms: number) => mock.timers.tick(ms) };
  const config = { marketplace: { verifiesPerMinute: 9 } };
  const open = () => createTestServer({ market, clock, store, config });
  return { open, ...open() };
}

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= SECOND_MS) {
    mock.timers.tick(SECOND_MS);
    await settled();
  }
}

/** Lets everything that needs no time come to its end, the cryptography in other threads included. */
async function settled(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

async function buyAll({ activate, clock }: Pick<TestServer, 'activate' | 'clock'>): Promise<void> {
  for (const key of KEYS) {
    await activate(key, 'laptop');
    clock.advance(MINUTE_MS);
  }
}

async function visitAll({ activate }: Pick<TestServer, 'activate'>): Promise<readonly number[]> {
  const statuses = [];
  for (const key of KEYS) statuses.push((await activate(key, 'laptop')).status);
  return statuses;
}

async function waiting({ server }: Pick<TestServer, 'server'>): Promise<number> {
  const metrics = await (await server.app.request('/metrics')).text();
  return Number(/^license_gate_rechecks_waiting (\d+)$/m.exec(metrics)?.[1]);
}

const calls = ({ market }: Pick<TestServer, 'market'>) => KEYS.map((key) => market.callsFor(key));

for (const [age, ms] of [
  ['stale', 25 * HOUR_MS],
  ['old', 3 * DAY_MS],
] as const) {
  test(`licenses whose verdicts are ${age} are all served at once, and asked about once each when there are turns`, async (t) => {
    const shop = createTest(t);
    await buyAll(shop);
    shop.clock.advance(ms);

    const statuses = [...(await visitAll(shop)), ...(await visitAll(shop))];
    await settled();
    const atOnce = shop.market.calls.length - KEYS.length;
    const waitingThen = await waiting(shop);
    await pass(2 * MINUTE_MS);

    assert.deepEqual(new Set(statuses), new Set([200]));
    assert.deepEqual([atOnce, waitingThen], [3, KEYS.length - 3]);
    assert.deepEqual(new Set(calls(shop)), new Set([2]));
    assert.equal(await waiting(shop), 0);
  });
}

test('the oldest verdict has its turn first', async (t) => {
  const shop = createTest(t);
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);
  for (const key of KEYS.toReversed()) await shop.activate(key, 'laptop');
  await settled();

  await pass(20 * SECOND_MS);

  const askedFirst = KEYS.filter((key) => shop.market.callsFor(key) === 2);
  assert.deepEqual(askedFirst, [...KEYS.slice(0, 2), ...KEYS.slice(-3)]);
});

test('a new buyer and one who was away for weeks need not wait for those that can', async (t) => {
  const shop = createTest(t);
  const { team, company } = PURCHASES;
  shop.market.add(team);
  shop.market.add(company);
  await shop.activate(team.key, 'laptop');
  shop.clock.advance(12 * DAY_MS);
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);
  await visitAll(shop);
  await pass(15 * SECOND_MS);
  assert.ok((await waiting(shop)) > 0);

  const newBuyer = await shop.activate(company.key, 'laptop');
  await pass(15 * SECOND_MS);
  const returning = await shop.activate(team.key, 'laptop');

  assert.deepEqual([newBuyer.status, returning.status], [200, 200]);
});

test('junk keys from everywhere hold up neither known buyers nor the asking behind their answers', async (t) => {
  const shop = createTest(t);
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);
  const junk = () =>
    shop.post('/activate', { licenseKey: crypto.randomUUID(), deviceId: 'x' }, {}, `198.51.100.${knock++}`);
  let knock = 0;
  const statuses = [];

  for (let minute = 0; minute < 8; minute += 1) {
    for (let number = 0; number < 20; number += 1) void junk();
    await settled();
    statuses.push(...(await visitAll(shop)));
    await pass(MINUTE_MS);
  }

  assert.deepEqual(new Set(statuses), new Set([200]));
  assert.deepEqual(new Set(calls(shop)), new Set([2]));
});

test('two processes that put off the same licenses ask once about each', async (t) => {
  const store = createMemoryStore();
  const shop = createTest(t, store);
  const other = shop.open();
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);

  await Promise.all([visitAll(shop), visitAll(other)]);
  await settled();
  const both = [await waiting(shop), await waiting(other)];
  await pass(3 * MINUTE_MS);

  assert.ok(
    both.every((count) => count >= 6),
    `${both}`,
  );
  assert.deepEqual(new Set(calls(shop)), new Set([2]));
  assert.deepEqual([await waiting(shop), await waiting(other)], [0, 0]);
});

test('a server that is asked to stop forgets the keys that wait, and asks about none of them', async (t) => {
  const shop = createTest(t);
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);
  await visitAll(shop);
  await settled();
  const before = shop.market.calls.length;

  shop.server.retire();
  const afterwards = await waiting(shop);
  await visitAll(shop);
  await pass(2 * MINUTE_MS);
  await shop.server.close();

  assert.deepEqual([afterwards, await waiting(shop)], [0, 0]);
  assert.equal(shop.market.calls.length, before);
});

test('a marketplace that asks for a pause has it, and hears about the same license afterwards', async (t) => {
  const shop = createTest(t);
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);
  shop.market.interfere('rate-limited');
  await visitAll(shop);
  await settled();
  await pass(40 * SECOND_MS);
  const during = shop.market.calls.length - KEYS.length;
  shop.market.interfere();

  await pass(3 * MINUTE_MS);

  assert.equal(during, 1);
  assert.equal(shop.market.calls.length, 2 * KEYS.length + 1);
  assert.equal(await waiting(shop), 0);
});

test('a pause that one process was asked for holds for the other one, too', async (t) => {
  const store = createMemoryStore();
  const shop = createTest(t, store);
  const other = shop.open();
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);
  shop.market.interfere('rate-limited');

  await visitAll(shop);
  await settled();
  await visitAll(other);
  await pass(40 * SECOND_MS);

  assert.equal(shop.market.calls.length, KEYS.length + 1);
  assert.deepEqual([await waiting(shop), await waiting(other)], [KEYS.length, KEYS.length]);
});

test('a refund that is noticed behind an answer only begins a doubt; a contact ten minutes later confirms it', async (t) => {
  const shop = createTest(t);
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);
  const refunded = KEYS.at(-1) ?? '';
  shop.market.refund(refunded);
  await visitAll(shop);
  await pass(2 * MINUTE_MS);

  const doubted = await shop.activate(refunded, 'laptop');
  await pass(10 * MINUTE_MS);
  const revoked = await shop.activate(refunded, 'laptop');

  assert.equal(doubted.status, 200);
  assert.equal(revoked.body.code, 'license_revoked');
  assert.equal(shop.market.callsFor(refunded), 3);
});

test('a license that was banned while it waited is not asked about', async (t) => {
  const shop = createTest(t);
  await buyAll(shop);
  shop.clock.advance(25 * HOUR_MS);
  await visitAll(shop);
  await settled();
  const desk = await createDesk({ config: configOf(), store: shop.store, now: Date.now });
  for (const key of KEYS) for (const holding of await desk.find(key)) await desk.ban(holding);

  await pass(2 * MINUTE_MS);

  assert.equal(shop.market.calls.length, KEYS.length + 3);
});

/** A server whose process has asked about a key and is never heard of again. */
async function dieAsking(key: string, { server, store, market, clock }: TestServer): Promise<void> {
  await server.ready(); // its keys are made
  const asked = Promise.withResolvers<void>();
  const neverAnswer = () => {
    asked.resolve();
    return new Promise<Response>(() => {});
  };
  const dying = createTestServer({ store, market, clock, fetch: neverAnswer, answerLimitMs: DAY_MS });
  void dying.activate(key, 'laptop');
  await asked.promise;
}

test('what another process does not find out is waited for eight seconds, and no longer', async (t) => {
  const shop = createTest(t);
  await dieAsking(KEYS[0]!, shop);
  const replies: Reply[] = [];
  void shop.activate(KEYS[0]!, 'phone').then((reply) => replies.push(reply));

  await pass(7 * SECOND_MS);
  const early = replies.length;
  await pass(2 * SECOND_MS);
  const [late] = replies;

  assert.equal(early, 0);
  assert.deepEqual([late?.status, late?.body.code], [503, 'upstream_unavailable']);
  assert.ok(late?.headers.get('retry-after'));
});

test('a server that stops lets nobody wait for what another process finds out', async (t) => {
  const shop = createTest(t);
  await dieAsking(KEYS[0]!, shop);
  const replies: Reply[] = [];
  void shop.activate(KEYS[0]!, 'phone').then((reply) => replies.push(reply));
  await settled();

  shop.server.retire();
  await pass(SECOND_MS);

  assert.deepEqual(
    replies.map(({ status }) => status),
    [503],
  );
});
