import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { FAULTS, PURCHASES, SELLER_TOKEN, createFakeMarketplace } from '../../src/testing/index.ts';
import type { FakeMarketplace } from '../../src/testing/index.ts';

let marketplace: FakeMarketplace;

beforeEach(() => {
  marketplace = createFakeMarketplace();
});

const verify = (signal?: AbortSignal) =>
  marketplace.fetch(
    new Request('http://marketplace.test/api/software/v1/verify', {
      method: 'POST',
      headers: { authorization: `Bearer ${SELLER_TOKEN}` },
      body: JSON.stringify({ key: PURCHASES.standard.key, product_slug: '/my-tool' }),
      signal: signal ?? null,
    }),
  );

const isVerdict = async (response: Response) => {
  const body: unknown = await response.json().catch(() => undefined);
  return response.status === 200 && typeof (body as { valid?: unknown })?.valid === 'boolean';
};

test('is down with a page for people', async () => {
  marketplace.interfere('down');

  const response = await verify();

  assert.equal(response.status, 503);
  assert.match(response.headers.get('content-type') ?? '', /text\/html/);
});

test('is rate-limited with a body that looks like a verdict', async () => {
  marketplace.interfere('rate-limited');

  const response = await verify();

  assert.equal(response.status, 429);
  assert.equal(response.headers.get('retry-after'), '45');
  assert.deepEqual(await response.json(), { valid: false });
});

test('refuses the seller, by token and by subscription', async () => {
  marketplace.interfere('token-refused');
  const token = await verify();
  marketplace.interfere('seller-refused');
  const subscription = await verify();

  assert.equal(token.status, 401);
  assert.equal(subscription.status, 403);
});

test('answers garbled, with a foreign page, with a redirect or far too much', async () => {
  for (const fault of ['garbled', 'html', 'redirected'] as const) {
    marketplace.interfere(fault);
    assert.equal(await isVerdict(await verify()), false, fault);
  }
  marketplace.interfere('endless');
  assert.ok((await (await verify()).text()).length > 100_000);
});

test('is slow with a true answer', async () => {
  marketplace.interfere('slow', { slowMs: 20 });
  const start = performance.now();

  const response = await verify();

  assert.ok(performance.now() - start >= 19);
  assert.equal(await isVerdict(response), true);
});

test('hangs until the caller gives up', async () => {
  marketplace.interfere('hanging');
  const giveUp = new AbortController();
  let isAnswered = false;

  const answer = verify(giveUp.signal).finally(() => (isAnswered = true));
  await new Promise((resolve) => setTimeout(resolve, 20));
  const wasAnswered = isAnswered;
  giveUp.abort();
  await answer;

  assert.equal(wasAnswered, false);
});

test('works again when nothing interferes', async () => {
  for (const fault of FAULTS) marketplace.interfere(fault);
  marketplace.interfere();

  assert.equal(await isVerdict(await verify()), true);
});
