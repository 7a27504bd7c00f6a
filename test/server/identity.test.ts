// How keys and devices are named.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createDigestOf,
  createHandleOf,
  createHashKey,
  digestOf,
  handleOf,
} from '../../src/server/identity.ts';

const KEY = '9ded94ea-1d3c-4bf4-8187-64690dc88ff6';

test('a key has the same hash wherever the server runs', async () => {
  const onNode = await createHashKey('a secret');
  const elsewhere = await createHashKey('a secret', null);

  assert.match(String(onNode(KEY)), /^[0-9a-f]{64}$/);
  assert.equal(await elsewhere(KEY), onNode(KEY));
});

test('with another secret a key is another key', async () => {
  const [one, other] = [await createHashKey('a secret'), await createHashKey('another secret')];

  assert.notEqual(one(KEY), other(KEY));
});

test('a device has the same handle wherever the server runs, and wherever a client computes it', async () => {
  const elsewhere = createHandleOf(null);

  assert.equal(handleOf('license', 'device'), 'vcx9v43rgzm_l76QWftrDL');
  assert.equal(await elsewhere('license', 'device'), handleOf('license', 'device'));
  assert.notEqual(handleOf('license', 'other device'), handleOf('license', 'device'));
});

test('a text has the same digest wherever the server runs', async () => {
  const elsewhere = createDigestOf(null);

  assert.match(String(digestOf('a text')), /^[\w-]{43}$/);
  assert.equal(await elsewhere('a text'), digestOf('a text'));
  assert.notEqual(digestOf('another text'), digestOf('a text'));
});
