import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { readSettings } from '../../src/client/settings.ts';
import { DAY, HOUR } from './fixtures.ts';

const server = 'https://licenses.example.com';
const keys = { keys: [{ kty: 'EC', crv: 'P-256', kid: 'k1', x: 'x', y: 'y' }] };

const page = globalThis as { document?: unknown };
beforeEach(() => (page.document = { baseURI: 'https://app.example.com/shop/index.html' }));
afterEach(() => delete page.document);

test('needs no more than a server', () => {
  assert.deepEqual(readSettings({ server }), {
    server,
    product: undefined,
    publicKeys: undefined,
    graceMs: 7 * DAY,
    recheckMs: DAY,
    seatPolicy: 'ask',
    deviceId: undefined,
    deviceProof: undefined,
  });
});

const SERVERS: Record<string, string> = {
  'https://licenses.example.com/': 'https://licenses.example.com',
  'https://example.com/api/licenses//': 'https://example.com/api/licenses',
  'http://localhost:3000': 'http://localhost:3000',
  'HTTPS://Licenses.Example.com?x=1#y': 'https://licenses.example.com',
  ' https://licenses.example.com ': 'https://licenses.example.com',
  '/license': 'https://app.example.com/license',
  './license': 'https://app.example.com/shop/license',
  '../license/': 'https://app.example.com/license',
  '//licenses.example.com': 'https://licenses.example.com',
};

for (const [written, address] of Object.entries(SERVERS)) {
  test(`finds the server written as "${written}"`, () => {
    const settings = readSettings({ server: written });
    assert.equal('server' in settings && settings.server, address);
  });
}

for (const wrong of [
  '',
  '   ',
  'licenses.example.com',
  '.example.com',
  'ftp://example.com',
  'javascript:alert(1)',
  'https://',
  undefined,
  null,
]) {
  test(`says that ${JSON.stringify(wrong)} is no server`, () => {
    const settings = readSettings({ server: wrong as string });
    assert.equal('code' in settings && settings.code, 'config_error');
  });
}

test('says so where a path can be resolved against no page', () => {
  delete page.document;

  const settings = readSettings({ server: '/license' });

  assert.equal('code' in settings && settings.code, 'config_error');
});

test('reads a product in any of its spellings, and says which text is none', () => {
  const product = readSettings({ server, product: '/software/My-Tool' });
  const none = readSettings({ server, product: 'a/b/c' });

  assert.equal('product' in product && product.product, 'my-tool');
  assert.match('message' in none ? none.message : '', /a\/b\/c/);
});

test('reads pinned keys as an object and as JSON', () => {
  for (const publicKeys of [keys, JSON.stringify(keys)]) {
    const settings = readSettings({ server, publicKeys });
    assert.deepEqual('publicKeys' in settings && settings.publicKeys, keys);
  }
});

for (const publicKeys of [
  '{',
  'null',
  '[]',
  '{"keys":1}',
  '{}',
  'licenses.example.com/.well-known/jwks.json',
  'ftp://licenses.example.com/jwks.json',
  'data:application/json,{"keys":[]}',
]) {
  test(`never takes unreadable pinned keys (${publicKeys}) for none`, () => {
    const settings = readSettings({ server, publicKeys });
    assert.equal('code' in settings && settings.code, 'config_error');
  });
}

test('takes the URL of keys, and never takes an empty one for keys', () => {
  const url = `${server}/.well-known/jwks.json`;
  const named = readSettings({ server, publicKeys: url });
  const none = readSettings({ server, publicKeys: '' });

  assert.equal('publicKeys' in named && named.publicKeys, url);
  assert.equal('publicKeys' in none && none.publicKeys, undefined);
});

test('takes times in days and hours, and the usual ones where they make no sense', () => {
  const wanted = readSettings({ server, graceDays: 0.5, recheckHours: 6 });
  const nonsense = readSettings({ server, graceDays: NaN, recheckHours: -1 });

  assert.ok('graceMs' in wanted && 'graceMs' in nonsense);
  assert.deepEqual([wanted.graceMs, wanted.recheckMs], [12 * HOUR, 6 * HOUR]);
  assert.deepEqual([nonsense.graceMs, nonsense.recheckMs], [7 * DAY, DAY]);
});
