import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalizeKey, normalizeProduct } from '../../src/protocol/index.ts';
import { MALFORMED_KEY, PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';

const keys = Object.values(PURCHASES).map(({ key }) => key);

test('every purchase has a key of its own, in its normal form', () => {
  assert.equal(new Set(keys).size, keys.length);
  for (const key of keys) assert.equal(normalizeKey(key), key);
});

test('the unknown key is a key that nobody has bought, the malformed one is none', () => {
  assert.equal(normalizeKey(UNKNOWN_KEY), UNKNOWN_KEY);
  assert.equal((keys as string[]).includes(UNKNOWN_KEY), false);
  assert.equal(normalizeKey(MALFORMED_KEY), undefined);
});

test('every purchase is of a product with a proper slug', () => {
  for (const { product } of Object.values(PURCHASES)) assert.notEqual(normalizeProduct(product), undefined);
});
