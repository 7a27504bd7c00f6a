import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PURCHASES, SELLER_TOKEN, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { createFolder, run, startMarketplace } from './support.ts';

const { key: KEY } = PURCHASES.standard;

test('tries the four cases of the marketplace’s test script and is content', async (t) => {
  const marketplace = await startMarketplace(t);
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketplace.url };

  const { code, out } = await run(createFolder(t), ['check', '--key', KEY, '--product', '/my-tool'], env);

  assert.equal(code, 0);
  assert.match(out, /✓ valid key .*valid: My Tool, Standard License/);
  assert.match(out, /✓ malformed key .*rejected as invalid/);
  assert.match(out, /✓ unknown key .*rejected as invalid/);
  assert.match(out, /✓ valid key, another product .*rejected/);
  assert.doesNotMatch(out, new RegExp(KEY));
  assert.deepEqual(
    marketplace.market.calls.map(({ key, product }) => [key, product]),
    [
      [KEY, '/my-tool'],
      ['not-a-valid-uuid', '/my-tool'],
      ['00000000-0000-0000-0000-000000000000', '/my-tool'],
      [KEY, '/wrong-product-slug'],
    ],
  );
});

test('reads the key from the standard input, where no shell keeps it', async (t) => {
  const marketplace = await startMarketplace(t);
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketplace.url };

  const args = ['check', '--key', '-', '--product', '/my-tool'];
  const { code } = await run(createFolder(t), args, env, `${KEY}\n`);

  assert.equal(code, 0);
});

test('is not content with an unknown key', async (t) => {
  const marketplace = await startMarketplace(t);
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketplace.url };

  const { code, out } = await run(
    createFolder(t),
    ['check', '--key', UNKNOWN_KEY, '--product', '/my-tool'],
    env,
  );

  assert.equal(code, 1);
  assert.match(out, /✗ valid key .*rejected as invalid/);
});

test('says what a refused token, a busy and an absent marketplace mean', async (t) => {
  const marketplace = await startMarketplace(t);
  const args = ['check', '--key', KEY, '--product', '/my-tool'];
  const folder = createFolder(t);

  const refused = await run(folder, args, { DIMLI_SELLER_TOKEN: 'wrong', DIMLI_API_URL: marketplace.url });
  marketplace.market.interfere('rate-limited');
  const busy = await run(folder, args, { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketplace.url });
  const absent = await run(folder, args, {
    DIMLI_SELLER_TOKEN: SELLER_TOKEN,
    DIMLI_API_URL: 'http://127.0.0.1:9',
  });

  assert.deepEqual([refused.code, busy.code, absent.code], [1, 1, 1]);
  assert.match(refused.out, /✗ valid key .*the token was refused/);
  assert.match(busy.out, /✗ unknown key .*too many requests/);
  assert.match(absent.out, /✗ valid key .*cannot be reached/);
});

test('prints its results as JSON, and takes the product from the configuration', async (t) => {
  const marketplace = await startMarketplace(t);
  const folder = createFolder(t, {
    products: { '/my-game': { kind: 'game', seats: { 'Standard License': 1 } } },
  });
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketplace.url };

  const { code, out } = await run(folder, ['check', '--key', PURCHASES.game.key, '--json'], env);

  const result = JSON.parse(out);
  assert.equal(code, 0);
  assert.equal(result.ok, true);
  assert.equal(result.product, '/my-game');
  assert.equal(result.cases.length, 4);
});

test('wants a key and a product that can be such', async (t) => {
  const folder = createFolder(t);
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN };

  const noKey = await run(folder, ['check', '--product', '/my-tool'], env);
  const noProduct = await run(folder, ['check', '--key', KEY], env);
  const badProduct = await run(folder, ['check', '--key', KEY, '--product', '?'], env);
  const noToken = await run(folder, ['check', '--key', KEY, '--product', '/my-tool']);

  assert.deepEqual([noKey.code, noProduct.code, badProduct.code, noToken.code], [2, 2, 2, 1]);
  assert.match(noKey.err, /--key must be a license key/);
  assert.match(noProduct.err, /--product is needed/);
  assert.match(badProduct.err, /no slug/);
  assert.match(noToken.err, /DIMLI_SELLER_TOKEN is not set/);
});
