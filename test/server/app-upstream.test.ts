// The marketplace down, slow, garbled, refusing or wrong: what buyers notice, which is as little as can be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  FAULTS,
  PURCHASES,
  createFakeMarketplace,
  UNKNOWN_KEY,
  type Fault,
} from '../../src/testing/index.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, createTestServer } from './support.ts';

const { key: KEY } = PURCHASES.standard;

/** For the answers that never come or come too late; the others must not depend on it. */
const limitOf = (fault: Fault) => (fault === 'slow' || fault === 'hanging' ? 200 : undefined);

const UNKNOWN_ANSWER: Readonly<Partial<Record<Fault, string>>> = {
  'token-refused': 'server_misconfigured',
  'seller-refused': 'server_misconfigured',
};

for (const fault of FAULTS) {
  test(`marketplace ${fault}: a new key gets "try again later", never "invalid"`, async () => {
    const { activate, market } = createTestServer({ answerLimitMs: limitOf(fault) });
    market.interfere(fault);

    const { status, body, headers } = await activate(KEY, 'laptop');

    assert.equal(status, 503);
    assert.equal(body.error, 'License service unavailable');
    assert.equal(body.code, UNKNOWN_ANSWER[fault] ?? 'upstream_unavailable');
    assert.equal(body.retryable, true);
    assert.ok(body.retryAfter >= 1);
    assert.equal(headers.get('retry-after'), String(body.retryAfter));
  });

  test(`marketplace ${fault}: the new key works as soon as the marketplace does`, async () => {
    const { activate, market, clock } = createTestServer({ answerLimitMs: limitOf(fault) });
    market.interfere(fault);
    await activate(KEY, 'laptop');
    market.interfere();
    clock.advance(MINUTE_MS);

    const { status } = await activate(KEY, 'laptop');

    assert.equal(status, 200);
  });

  for (const [age, hours] of Object.entries({ fresh: 1, stale: 30, old: 49, 'eight days old': 8 * 24 })) {
    test(`marketplace ${fault}: a known license whose verdict is ${age} notices nothing`, async () => {
      const { activate, market, clock } = createTestServer({ answerLimitMs: limitOf(fault) });
      await activate(KEY, 'laptop');
      market.interfere(fault);
      clock.advance(hours * HOUR_MS);

      const { status } = await activate(KEY, 'laptop');

      assert.equal(status, 200);
    });
  }
}

test('a known license is not served for ever while the marketplace cannot say, and is not called invalid then', async () => {
  const { activate, market, clock } = createTestServer();
  await activate(KEY, 'laptop');
  market.interfere('down');
  clock.advance(9 * DAY_MS);

  const { status, body } = await activate(KEY, 'laptop');
  market.interfere();
  clock.advance(MINUTE_MS);
  const afterwards = await activate(KEY, 'laptop');

  assert.equal(status, 503);
  assert.equal(body.code, 'upstream_unavailable');
  assert.equal(afterwards.status, 200);
});

test('passes on how long the marketplace asked to wait, and leaves it alone until then', async () => {
  const { activate, market, clock } = createTestServer();
  market.interfere('rate-limited');

  const first = await activate(KEY, 'laptop');
  const second = await activate(PURCHASES.team.key, 'laptop');
  market.interfere();
  clock.advance(45_000);
  const third = await activate(KEY, 'laptop');

  assert.equal(first.headers.get('retry-after'), '45');
  assert.equal(second.headers.get('retry-after'), '45');
  assert.equal(market.callsFor(PURCHASES.team.key), 0);
  assert.equal(third.status, 200);
});

test('429 with {"valid":false} for ten minutes calls nobody invalid and revokes nobody', async () => {
  const { activate, market, clock } = createTestServer();
  await activate(KEY, 'laptop');
  market.interfere('rate-limited');
  clock.advance(49 * HOUR_MS);

  const known = [];
  const unknown = [];
  for (let minute = 0; minute < 10; minute += 1) {
    known.push((await activate(KEY, 'laptop')).status);
    unknown.push((await activate(PURCHASES.team.key, 'phone')).status);
    clock.advance(MINUTE_MS);
  }

  assert.deepEqual(known, Array(10).fill(200));
  assert.deepEqual(unknown, Array(10).fill(503));
});

test('five failures in a row give the marketplace half a minute of rest', async () => {
  const { activate, market, clock } = createTestServer();
  market.interfere('down');
  for (let attempt = 0; attempt < 8; attempt += 1) await activate(KEY, 'laptop');
  const before = market.calls.length;
  clock.advance(31_000);

  await activate(KEY, 'laptop');

  assert.equal(before, 5);
  assert.equal(market.calls.length, 6);
});

test('a refund revokes at the second invalid verdict, ten minutes after the first, and never before', async () => {
  const { activate, status, market, clock } = createTestServer();
  await activate(KEY, 'laptop');
  market.refund(KEY);
  clock.advance(49 * HOUR_MS);
  const doubted = await activate(KEY, 'laptop');
  clock.advance(9 * MINUTE_MS);
  const stillDoubted = await activate(KEY, 'laptop');
  const calls = market.callsFor(KEY);
  clock.advance(MINUTE_MS);

  const { status: code, body } = await activate(KEY, 'laptop');

  assert.deepEqual([doubted.status, stillDoubted.status], [200, 200]);
  assert.equal(calls, 2);
  assert.equal(code, 403);
  assert.equal(body.code, 'license_revoked');
  assert.equal(body.error, 'Your license is no longer valid. Please contact support.');
  assert.deepEqual((await status(KEY)).body, { activated: false });
});

test('a marketplace that calls every license invalid revokes nobody, raises the alarm, and is believed again afterwards', async () => {
  const keys = Array.from({ length: 20 }, () => crypto.randomUUID());
  const market = createFakeMarketplace({
    purchases: keys.map((key) => ({ ...PURCHASES.standard, key })),
    verifiesPerMinute: 0,
  });
  const config = { marketplace: { verifiesPerMinute: 0 } };
  const { activate, server, clock, log } = createTestServer({ market, config });
  const visitAll = async () => {
    const replies = [];
    for (const key of keys) replies.push((await activate(key, 'laptop')).status);
    return new Set(replies);
  };
  const alarm = async () =>
    /^license_gate_revocation_breaker_open (\d)$/m.exec(
      await (await server.app.request('/metrics')).text(),
    )?.[1];
  await visitAll();
  for (const key of keys) market.refund(key);
  clock.advance(49 * HOUR_MS);

  const rounds = [];
  for (let round = 0; round < 5; round += 1) {
    rounds.push(await visitAll());
    clock.advance(11 * MINUTE_MS);
  }
  const alarmed = await alarm();
  for (const key of keys) market.restore(key);
  const restored = await visitAll();

  assert.deepEqual(new Set(rounds.flatMap((round) => [...round])), new Set([200]));
  assert.equal(alarmed, '1');
  assert.equal(log.filter((line) => line.includes('revocation_breaker_opened')).length, 1);
  assert.deepEqual(restored, new Set([200]));
  assert.equal(await alarm(), '0');
});

test('a refund is noticed behind an answer, too', async () => {
  const { activate, market, clock } = createTestServer();
  await activate(KEY, 'laptop');
  market.refund(KEY);
  clock.advance(25 * HOUR_MS);
  await activate(KEY, 'laptop');
  await settled();
  clock.advance(11 * MINUTE_MS);

  const { body } = await activate(KEY, 'laptop');

  assert.equal(body.code, 'license_revoked');
});

test('a revoked license that becomes valid again has all its seats back', async () => {
  const { activate, market, clock } = createTestServer();
  await activate(KEY, 'laptop');
  market.refund(KEY);
  clock.advance(49 * HOUR_MS);
  await activate(KEY, 'laptop');
  clock.advance(11 * MINUTE_MS);
  await activate(KEY, 'laptop');
  market.restore(KEY);
  clock.advance(11 * MINUTE_MS);

  const { status, body } = await activate(KEY, 'laptop');

  assert.equal(status, 200);
  assert.equal(body.devicesUsed, 1);
});

test('one wrong invalid verdict does nobody any harm', async () => {
  const { activate, market, clock } = createTestServer();
  await activate(KEY, 'laptop');
  market.refund(KEY);
  clock.advance(49 * HOUR_MS);
  const wrong = await activate(KEY, 'laptop');
  market.restore(KEY);
  clock.advance(11 * MINUTE_MS);
  const right = await activate(KEY, 'laptop');
  market.refund(KEY);
  clock.advance(49 * HOUR_MS);

  const wrongAgain = await activate(KEY, 'laptop');

  assert.deepEqual([wrong.status, right.status, wrongAgain.status], [200, 200, 200]);
});

test('a fresh verdict costs no call, a stale one is asked about behind the answer, an old one before it', async () => {
  const { activate, market, clock } = createTestServer();
  await activate(KEY, 'laptop');
  clock.advance(23 * HOUR_MS);
  await activate(KEY, 'laptop');
  await settled();
  const fresh = market.callsFor(KEY);
  clock.advance(2 * HOUR_MS);
  await activate(KEY, 'laptop');
  await settled();
  const stale = market.callsFor(KEY);
  clock.advance(49 * HOUR_MS);
  await activate(KEY, 'laptop');

  assert.deepEqual([fresh, stale, market.callsFor(KEY)], [1, 2, 3]);
});

test('status asks behind its answer where the verdict is stale', async () => {
  const { activate, status, market, clock } = createTestServer();
  await activate(KEY, 'laptop');
  clock.advance(25 * HOUR_MS);

  const { body } = await status(KEY);
  await settled();

  assert.equal(body.activated, true);
  assert.equal(market.callsFor(KEY), 2);
});

test('an unknown key that is tried again and again costs one call a minute at most', async () => {
  const { activate, market } = createTestServer();

  for (let attempt = 0; attempt < 20; attempt += 1) await activate(UNKNOWN_KEY, `device-${attempt}`);

  assert.equal(market.calls.length, 1);
});

test('a thousand random keys from one address cost five calls, and a known buyer beside them notices nothing', async () => {
  const config = { rateLimits: { activatePerMinute: 0 } };
  const { post, market } = createTestServer({ config });
  await post('/activate', { licenseKey: KEY, deviceId: 'laptop' }, {}, '192.0.2.7');

  const attempts = [];
  for (let number = 0; number < 1000; number += 1)
    attempts.push(
      await post('/activate', { licenseKey: crypto.randomUUID(), deviceId: 'x' }, {}, '198.51.100.1'),
    );
  const buyer = await post('/activate', { licenseKey: KEY, deviceId: 'laptop' }, {}, '192.0.2.7');
  const newBuyer = await post(
    '/activate',
    { licenseKey: PURCHASES.team.key, deviceId: 'pc' },
    {},
    '192.0.2.8',
  );

  assert.deepEqual(
    [
      attempts.filter(({ status }) => status === 403).length,
      attempts.filter(({ status }) => status === 429).length,
    ],
    [5, 995],
  );
  assert.equal(market.calls.length, 7);
  assert.deepEqual([buyer.status, newBuyer.status], [200, 200]);
});

test('a flood of unknown keys from everywhere leaves known licenses their share of the budget', async () => {
  const { post, market, clock } = createTestServer();
  const known = { licenseKey: KEY, deviceId: 'laptop' };
  await post('/activate', known);
  clock.advance(49 * HOUR_MS);

  const flood = Array.from({ length: 200 }, (_, number) =>
    post('/activate', { licenseKey: crypto.randomUUID(), deviceId: 'x' }, {}, `198.51.100.${number}`),
  );
  await settled();
  const buyer = await post('/activate', known);

  assert.equal(buyer.status, 200);
  assert.equal(market.callsFor(KEY), 2);
  assert.equal(market.calls.length, 20);
  assert.ok((await Promise.all(flood)).every(({ status }) => status === 403 || status === 503));
});

/** Lets everything that runs behind an answer come to its end. */
const settled = () => new Promise((resolve) => void setTimeout(resolve, 50));
