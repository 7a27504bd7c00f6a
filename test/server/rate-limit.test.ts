// What counts as too many, and for whom.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createMemoryLimiters, firstRefusal, type RateDecision } from '../../src/server/rate-limit.ts';
import { PURCHASES } from '../../src/testing/index.ts';
import { HOUR_MS, MINUTE_MS, createClock, createTestServer } from './support.ts';

const RULE = { name: 'test', limit: 3, windowMs: MINUTE_MS };

function createLimiter(rule = RULE) {
  const clock = createClock();
  const limiter = createMemoryLimiters(clock.now)(rule);
  const ask = (client = '192.0.2.1') => limiter?.(client) as RateDecision;
  return { clock, limiter, ask };
}

test('a rule without a limit has no limiter', () => {
  const { limiter } = createLimiter({ ...RULE, limit: 0 });

  assert.equal(limiter, undefined);
});

test('a client may ask as often as the limit says, and again when its window is over', () => {
  const { clock, ask } = createLimiter();

  const first = [ask(), ask(), ask(), ask()];
  clock.advance(MINUTE_MS - 1);
  const last = ask();
  clock.advance(1);
  const next = ask();

  assert.deepEqual(
    first.map(({ allowed, remaining, resetMs }) => [allowed, remaining, resetMs]),
    [
      [true, 2, MINUTE_MS],
      [true, 1, MINUTE_MS],
      [true, 0, MINUTE_MS],
      [false, 0, MINUTE_MS],
    ],
  );
  assert.deepEqual([last.allowed, last.resetMs], [false, 1]);
  assert.deepEqual([next.allowed, next.remaining], [true, 2]);
});

test('clients are counted each by itself', () => {
  const { ask } = createLimiter({ ...RULE, limit: 1 });

  assert.deepEqual([ask('a').allowed, ask('b').allowed, ask('a').allowed], [true, true, false]);
});

test('a clock that was set back lets nobody wait for longer than a window', () => {
  const { clock, ask } = createLimiter({ ...RULE, limit: 1 });
  ask();
  clock.advance(-HOUR_MS);

  assert.equal(ask().allowed, true);
});

test('of several limits the one that is used up decides, and the next do not count what it refuses', () => {
  const clock = createClock();
  const limiters = createMemoryLimiters(clock.now);
  const minute = limiters({ name: 'minute', limit: 2, windowMs: MINUTE_MS });
  const hour = limiters({ name: 'hour', limit: 3, windowMs: HOUR_MS });
  assert.ok(minute && hour);
  const ask = () => firstRefusal([minute, hour], 'a') as RateDecision | undefined;

  const early = [ask(), ask(), ask(), ask()].map((decision) => decision?.rule.name);
  clock.advance(MINUTE_MS);
  const later = [ask(), ask()].map((decision) => decision?.rule.name);

  assert.deepEqual(early, [undefined, undefined, 'minute', 'minute']);
  assert.deepEqual(later, [undefined, 'hour']);
});

test('counters that answer later, as those of a database do, limit as well', async () => {
  const decision = { rule: RULE, allowed: false, remaining: 0, resetMs: 7 };

  const refusal = await firstRefusal(
    [async () => ({ ...decision, allowed: true }), async () => decision],
    'a',
  );

  assert.deepEqual(refusal, decision);
});

const UNKNOWN = Array.from({ length: 100 }, () => crypto.randomUUID());

test('one address may ask about 5 unknown keys a minute and 30 an hour, and known keys beside them', async () => {
  const { market, clock, post, activate } = createTestServer({
    config: { rateLimits: { activatePerMinute: 0 } },
  });
  await activate(PURCHASES.team.key, 'laptop');
  clock.advance(HOUR_MS);
  const askAll = () => Promise.all(UNKNOWN.slice(0, 20).map(() => activate(crypto.randomUUID(), 'x')));

  const first = await askAll();
  const callsInFirstMinute = market.calls.length;
  for (let minute = 1; minute < 59; minute += 1) {
    clock.advance(MINUTE_MS);
    await askAll();
  }
  clock.advance(MINUTE_MS);
  const last = await post('/activate', { licenseKey: crypto.randomUUID(), deviceId: 'x' });
  const known = await activate(PURCHASES.team.key, 'laptop');

  assert.equal(first.filter(({ status }) => status === 403).length, 5);
  assert.equal(first.filter(({ status }) => status === 429).length, 15);
  assert.equal(callsInFirstMinute, 1 + 5);
  assert.equal(market.calls.length, 1 + 30);
  assert.equal(last.status, 429);
  assert.equal(last.headers.get('ratelimit-policy'), '"unknown-keys-hour";q=30;w=3600');
  assert.equal(known.status, 200);
});

test('one key is reported on 30 times a minute, from however many addresses', async () => {
  const { post, activate } = createTestServer({ config: { rateLimits: {} } });
  await activate(PURCHASES.team.key, 'laptop');
  const ask = (licenseKey: string, number: number) =>
    post('/status', { licenseKey }, {}, `192.0.2.${number}`);

  const statuses = [];
  for (let number = 0; number < 40; number += 1) statuses.push(await ask(PURCHASES.team.key, number));
  const other = await ask(PURCHASES.standard.key, 1);

  assert.equal(statuses.filter(({ status }) => status === 200).length, 30);
  assert.equal(statuses.at(-1)?.body.code, 'rate_limited');
  assert.equal(statuses.at(-1)?.headers.get('ratelimit-policy'), '"status-key";q=30;w=60');
  assert.equal(other.status, 200);
});

/** Run apart, where the garbage can be collected on demand. A real socket address has at most 45 characters. */
const MILLION = `
  const { createMemoryLimiters } = await import(process.argv[1]);
  const limiters = createMemoryLimiters(Date.now);
  const all = ['activate', 'unknown-keys'].map((name) =>
    limiters({ name, limit: 10, windowMs: 3_600_000 }),
  );
  const used = () => (globalThis.gc(), process.memoryUsage().rss);
  const before = used();
  for (let number = 0; number < 1_000_000; number += 1)
    for (const limiter of all) limiter('2001:db8:' + number.toString(16) + ':' + (number * 7).toString(16) + '::/64');
  console.log(JSON.stringify({ grownMb: (used() - before) / 2 ** 20 }));
`;

test('a million addresses cost less than 100 MB in all limiters together', async () => {
  const source = new URL('../../src/server/rate-limit.ts', import.meta.url).href;

  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '--eval',
    MILLION,
    source,
  ]);

  const { grownMb } = JSON.parse(stdout);
  assert.ok(grownMb < 100, `${grownMb} MB`);
});
