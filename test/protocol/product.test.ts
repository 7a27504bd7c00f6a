import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { normalizeProduct } from '../../src/protocol/index.ts';

const SAME = [
  '/my-tool',
  'my-tool',
  'software/my-tool',
  '/software/my-tool/',
  ' My-Tool ',
  'games/my-tool',
  '//my-tool',
];

for (const written of SAME) {
  test(`reads the slug written as "${written}"`, () => {
    assert.equal(normalizeProduct(written), 'my-tool');
  });
}

test('reads slugs in other scripts', () => {
  assert.equal(normalizeProduct('/мой-инструмент_2.0~beta'), 'мой-инструмент_2.0~beta');
});

const NO_SLUGS = [
  '',
  '/',
  '   ',
  'a/b',
  '../etc',
  'my tool',
  'my-tool?x=1',
  '-my-tool',
  'my\0tool',
  '\ud800',
  'a'.repeat(201),
];

for (const text of NO_SLUGS) {
  test(`finds no slug in ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.equal(normalizeProduct(text), undefined);
  });
}

test('gives a normal slug back unchanged', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
      const slug = normalizeProduct(text);
      assert.equal(slug === undefined ? undefined : normalizeProduct(slug), slug);
    }),
    { numRuns: 500 },
  );
});
