// Two processes of the built server on one PostgreSQL: they race, one is killed, the database restarts under load.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { PURCHASES } from '../../src/testing/index.ts';
import { openShop, type Seller, type ServerProcess } from '../support/license-server.ts';
import { startPostgres } from '../support/postgres.ts';

const postgres = await startPostgres();
const ROUNDS = 60;
const DEVICES = Array.from({ length: 50 }, (_, number) => `device-${number}`);

interface Reply {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly code: string | undefined;
}

async function activate({ url }: ServerProcess, licenseKey: string, deviceId: string): Promise<Reply> {
  const response = await fetch(`${url}/activate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ licenseKey, deviceId }),
  });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), code };
}

/** A process that was killed answers nobody any more. */
const activateOrNothing = (server: ServerProcess, key: string, device: string) =>
  activate(server, key, device).catch(() => undefined);

async function openTwo(t: TestContext, more: object = {}) {
  const database = await postgres.newDatabase();
  const shop = await openShop([], { database, devices: { newPerDay: 0 }, ...more }, 0);
  t.after(() => shop.close());
  return { shop, other: await shop.startAnother() };
}

function newKey(shop: Seller, purchase = PURCHASES.team): string {
  const key = crypto.randomUUID();
  shop.marketplace.add({ ...purchase, key });
  return key;
}

const withStatus = (replies: readonly (Reply | undefined)[], status: number) =>
  replies.filter((reply) => reply?.status === status);

test(`50 devices at two processes race for 5 seats of a new key, ${ROUNDS} times: 5 seats, one call`, async (t) => {
  const { shop, other } = await openTwo(t, { marketplace: { verifiesPerMinute: 0 } });
  for (let round = 0; round < ROUNDS; round += 1) {
    const key = newKey(shop);

    const replies = await Promise.all(
      DEVICES.map((device, number) => activate(number % 2 ? shop : other, key, device)),
    );

    assert.equal(withStatus(replies, 200).length, 5);
    assert.equal(replies.filter(({ code }) => code === 'seat_limit_reached').length, 45);
    assert.equal(shop.marketplace.callsFor(key), 1);
  }
});

test('a wrong key that is tried at both processes at once costs one call', async (t) => {
  const { shop, other } = await openTwo(t);
  const key = crypto.randomUUID();

  const replies = await Promise.all(
    DEVICES.map((device, number) => activate(number % 2 ? shop : other, key, device)),
  );

  assert.deepEqual(new Set(replies.map(({ code }) => code)), new Set(['license_invalid']));
  assert.equal(shop.marketplace.callsFor(key), 1);
});

test('two processes share one budget', async (t) => {
  const { shop, other } = await openTwo(t, { marketplace: { verifiesPerMinute: 9 } });

  const replies = await Promise.all(
    DEVICES.map((device, number) => activate(number % 2 ? shop : other, crypto.randomUUID(), device)),
  );

  assert.equal(shop.marketplace.calls.length, 6); // a third is kept for known licenses
  assert.equal(withStatus(replies, 403).length, 6);
  assert.equal(withStatus(replies, 503).length, 44);
});

test('two processes share one rate limit', async (t) => {
  const { shop, other } = await openTwo(t, { rateLimits: { activatePerMinute: 4 } });
  const key = newKey(shop);

  const replies = [];
  for (let number = 0; number < 8; number += 1)
    replies.push(await activate(number % 2 ? shop : other, key, 'laptop'));

  assert.deepEqual([withStatus(replies, 200).length, withStatus(replies, 429).length], [4, 4]);
});

const firstSeat = (replies: readonly Promise<Partial<Reply> | undefined>[]) =>
  Promise.any(
    replies.map(async (reply) => {
      if ((await reply)?.status !== 200) throw new Error('no seat');
    }),
  );

test('one process is killed in mid-race: nothing is oversold, and what was acknowledged is there', async (t) => {
  const { shop, other } = await openTwo(t);
  const key = newKey(shop);
  const company = newKey(shop, PURCHASES.company);

  const race = DEVICES.flatMap((device, number) => [
    activateOrNothing(number % 2 ? shop : other, key, device),
    activateOrNothing(number % 2 ? shop : other, company, device),
  ]);
  // Each license is known by then; a process that dies with the question is the next test's.
  await Promise.all([
    firstSeat(race.filter((_, at) => at % 2 === 0)),
    firstSeat(race.filter((_, at) => at % 2)),
  ]);
  await other.kill();
  const replies = await Promise.all(race);
  const acknowledged = DEVICES.filter((_, number) => replies[2 * number + 1]?.status === 200);
  await other.start();
  const again = await Promise.all(acknowledged.map((device) => activate(other, company, device)));
  const late = await Promise.all(DEVICES.map((device) => activate(other, key, device)));

  assert.ok(withStatus(replies, 200).length > 0);
  assert.equal(withStatus(again, 200).length, acknowledged.length);
  assert.equal(withStatus(late, 200).length, 5);
});

test('a buyer whose key another process was asking about when it died has a seat at the first attempt', async (t) => {
  const { shop, other } = await openTwo(t);
  const key = newKey(shop);
  shop.marketplace.interfere('hanging');
  void activateOrNothing(other, key, 'laptop');
  while (shop.marketplace.callsFor(key) === 0) await pause(20);
  shop.marketplace.interfere();

  await other.kill();
  const reply = await activate(shop, key, 'laptop');

  assert.equal(reply.status, 200);
});

test('the database restarts under load: "try again later", nothing lost, back within ten seconds', async (t) => {
  if (!postgres.own) return t.skip('TEST_POSTGRES_URL names a server that is not ours to stop');
  const { shop, other } = await openTwo(t);
  const key = newKey(shop, PURCHASES.company);
  await activate(shop, key, 'first');
  const replies: { device: string; reply: Reply }[] = [];
  const over = new AbortController();
  const load = [shop, other, shop, other].map(async (server, worker) => {
    for (let number = 0; !over.signal.aborted; number += 1) {
      const device = `device-${worker}-${number}`;
      replies.push({ device, reply: await activate(server, key, device) });
    }
  });

  await postgres.own.stop();
  await new Promise((resolve) => setTimeout(resolve, 300));
  await postgres.own.start();
  const startedAt = Date.now();
  while (
    (await activate(shop, key, 'probe')).status !== 200 ||
    (await activate(other, key, 'probe')).status !== 200
  )
    assert.ok(Date.now() - startedAt < 10_000);
  over.abort();
  await Promise.all(load);

  const refused = replies.filter(({ reply }) => reply.status !== 200);
  const acknowledged = replies.filter(({ reply }) => reply.status === 200).map(({ device }) => device);
  const again = await Promise.all(acknowledged.slice(-200).map((device) => activate(shop, key, device)));
  assert.ok(refused.length > 0);
  for (const { reply } of refused)
    assert.deepEqual(reply, { status: 503, retryAfter: '5', code: 'upstream_unavailable' });
  assert.equal(withStatus(again, 200).length, again.length);
});
