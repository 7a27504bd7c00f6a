import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { PURCHASES, SELLER_TOKEN, UNKNOWN_KEY, createFakeMarketplace } from '../../src/testing/index.ts';
import type { FakeMarketplace } from '../../src/testing/index.ts';

const { standard, withVariant, game, otherProduct, refunded, incomplete } = PURCHASES;

let now: number;
let marketplace: FakeMarketplace;

beforeEach(() => {
  now = Date.UTC(2026, 0, 1);
  marketplace = createFakeMarketplace({ now: () => now });
});

interface Question {
  readonly product?: string;
  readonly path?: string;
  readonly token?: string;
}

async function verify(key: unknown, { product = '/my-tool', path = 'software', token }: Question = {}) {
  const response = await marketplace.fetch(
    new Request(`http://marketplace.test/api/${path}/v1/verify`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token ?? SELLER_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ key, product_slug: product }),
    }),
  );
  const text = await response.text();
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const INVALID = { status: 200, retryAfter: null, body: { valid: false } };

test('says what a bought key stands for', async () => {
  const { status, body } = await verify(standard.key);

  assert.equal(status, 200);
  assert.deepEqual(body, { valid: true, productName: 'My Tool', licenseName: 'Standard License' });
});

test('names the variant only where the product has variants', async () => {
  const { body } = await verify(withVariant.key);

  assert.deepEqual(body, {
    valid: true,
    productName: 'My Tool',
    licenseName: 'Standard License',
    variant: { title: 'Windows' },
  });
});

test('answers for games under their own path, with the state of the product', async () => {
  const { body } = await verify(game.key, { product: '/my-game', path: 'games' });

  assert.deepEqual(body, {
    valid: true,
    productName: 'My Game',
    licenseName: 'Standard License',
    productStatus: 'published',
  });
  assert.deepEqual(await verify(game.key, { product: '/my-game' }), INVALID);
  assert.deepEqual(await verify(standard.key, { path: 'games' }), INVALID);
});

test('takes the three ways to write a slug as one product', async () => {
  const slugs = ['/my-tool', 'my-tool', 'software/my-tool', '/software/my-tool/'];

  const answers = await Promise.all(slugs.map((product) => verify(standard.key, { product })));

  for (const answer of answers) assert.deepEqual(answer, answers[0]);
  assert.notDeepEqual(answers[0], INVALID);
});

test('gives the same answer for every key that is not valid, and never a reason', async () => {
  const unknown = [UNKNOWN_KEY, refunded.key, incomplete.key, otherProduct.key, 'not-a-key', '', 42, null];

  for (const key of unknown) assert.deepEqual(await verify(key), INVALID, String(key));
});

test('follows an order through completion, refund and the refund taken back', async () => {
  marketplace.complete(incomplete.key);
  const completed = await verify(incomplete.key);
  marketplace.refund(incomplete.key);
  const back = await verify(incomplete.key);
  marketplace.restore(incomplete.key);
  const again = await verify(incomplete.key);

  assert.equal((completed.body as { valid: boolean }).valid, true);
  assert.deepEqual(back, INVALID);
  assert.deepEqual(again, completed);
});

test('knows a purchase that was added later, and refuses to refund one that was never made', async () => {
  marketplace.add({ ...standard, key: UNKNOWN_KEY, licenseName: 'Team License' });

  assert.equal(((await verify(UNKNOWN_KEY)).body as { licenseName: string }).licenseName, 'Team License');
  assert.throws(() => marketplace.refund('11111111-1111-4111-8111-111111111111'), /Nobody has bought/);
});

test('answers 401 to a wrong token, and 403 for a product of another seller', async () => {
  const wrongToken = await verify(standard.key, { token: 'wrong' });
  const wrongProduct = await verify(standard.key, { product: '/not-ours' });

  assert.equal(wrongToken.status, 401);
  assert.equal(wrongProduct.status, 403);
});

test('answers 429 with a wait after 30 questions in a minute, whatever the key, and again when it is over', async () => {
  for (let count = 0; count < 30; count += 1) await verify(UNKNOWN_KEY);

  now += 15_000;
  const tooMany = await verify(standard.key);
  now += 45_000;
  const later = await verify(standard.key);

  assert.deepEqual(tooMany, { status: 429, retryAfter: '45', body: { valid: false } });
  assert.equal(later.status, 200);
});

test('counts no question with a wrong token against the limit, and can do without a limit', async () => {
  for (let count = 0; count < 40; count += 1) await verify(standard.key, { token: 'wrong' });
  const first = await verify(standard.key);
  marketplace.limit(0);
  for (let count = 0; count < 40; count += 1) await verify(standard.key);

  assert.equal(first.status, 200);
  assert.equal((await verify(standard.key)).status, 200);
});

test('remembers who was asked about, and what was answered', async () => {
  await verify(standard.key);
  await verify(standard.key, { product: '/not-ours' });
  await verify(standard.key, { token: 'wrong' });

  assert.equal(marketplace.callsFor(standard.key), 2);
  assert.deepEqual(marketplace.calls, [
    { at: now, key: standard.key, product: '/my-tool', status: 200 },
    { at: now, key: standard.key, product: '/not-ours', status: 403 },
  ]);
});
