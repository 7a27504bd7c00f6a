// Whatever is sent: an answer in JSON, never a 5xx for a client's mistake, never a seat for what is no device.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { createTestServer, readReply } from './support.ts';

const { key: KEY } = PURCHASES.standard;
const ROUTES = ['/activate', '/deactivate', '/status'];

/** Bodies as they come over the wire. */
const RAW_BODIES: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  'an empty body': '',
  'white space': '  \n',
  null: 'null',
  'an empty list': '[]',
  'a list of requests': `[{"licenseKey":"${KEY}","deviceId":"x"}]`,
  'a text': '"x"',
  'a number': '1',
  NaN: 'NaN',
  true: 'true',
  'truncated JSON': `{"licenseKey":"${KEY}","deviceId":`,
  'two JSON texts': '{}{}',
  'single quotes': `{'licenseKey':'${KEY}','deviceId':'x'}`,
  'a trailing comma': `{"licenseKey":"${KEY}","deviceId":"x",}`,
  'a comment': `{"licenseKey":"${KEY}"/* */,"deviceId":"x"}`,
  'invalid UTF-8': Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]),
  'UTF-16': Uint8Array.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  'NUL bytes': Uint8Array.from([0, 0, 0, 0]),
  'lists 2,000 deep': '['.repeat(2000) + ']'.repeat(2000),
  'objects 600 deep': '{"a":'.repeat(600) + '1' + '}'.repeat(600),
  'a form': 'licenseKey=a&deviceId=b',
  XML: '<licenseKey>a</licenseKey>',
  'a huge number': `{"licenseKey":1e999,"deviceId":-1e999}`,
};

const STRANGE_VALUES: Readonly<Record<string, unknown>> = {
  'a number': 7,
  zero: 0,
  'minus one': -1,
  true: true,
  false: false,
  null: null,
  'an empty list': [],
  'a list': [KEY],
  'an empty object': {},
  'an object': { $ne: null },
  'an object with toString': { toString: 'x', valueOf: 'y' },
  'an empty text': '',
  'white space': ' \t\n ',
  'a NUL in it': 'a\0b',
  'half of a surrogate pair': 'a\ud800b',
  'a right-to-left override': 'abc\u202edef',
  emoji: '🦄🦄',
  'a zero-width space': '\u200b',
  'combining marks': 'e\u0301'.repeat(50),
  SQL: "' OR 1=1; DROP TABLE seats; --",
  'a path': '../../etc/passwd',
  HTML: '<img src=x onerror=alert(1)>',
  'a template': '${process.env.DIMLI_SELLER_TOKEN}',
  'line breaks': 'a\r\nSet-Cookie: b=c',
  constructor: 'constructor',
  __proto__: '__proto__',
  '3,000 characters': 'x'.repeat(3000),
  '256 characters': 'x'.repeat(256),
  'the nil UUID': '00000000-0000-0000-0000-000000000000',
  'the max UUID': 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'a UUID too long': `${KEY}0`,
  'a UUID too short': KEY.slice(1),
};

const FIELDS = ['licenseKey', 'deviceId', 'product', 'deviceLabel', 'replaceDevice', 'device'];

const isFine = (status: number) => [200, 400, 403, 413, 415].includes(status);

for (const route of ROUTES) {
  for (const [name, body] of Object.entries(RAW_BODIES)) {
    test(`POST ${route} with ${name} is answered with 400 in JSON`, async () => {
      const { server } = createTestServer();
      const headers = { 'content-type': 'application/json' };

      const reply = await readReply(
        await server.fetch(new Request(`http://license.test${route}`, { method: 'POST', headers, body })),
      );

      assert.equal(reply.status, 400);
      assert.equal(reply.body.code, 'invalid_request');
      assert.doesNotMatch(JSON.stringify(reply.body), /\bat .*:\d+:\d+|SyntaxError|ZodError/);
    });
  }

  for (const field of FIELDS) {
    test(`POST ${route} survives every strange ${field}`, async () => {
      const { post } = createTestServer();
      const good = { licenseKey: KEY, deviceId: 'laptop' };

      const replies = await Promise.all(
        Object.values(STRANGE_VALUES).map((value) => post(route, { ...good, [field]: value })),
      );

      assert.deepEqual(
        replies.filter(({ status }) => !isFine(status)),
        [],
      );
      assert.deepEqual(
        replies.filter(({ headers }) => !headers.get('content-type')?.startsWith('application/json')),
        [],
      );
    });
  }
}

test('fields that nobody knows change nothing, and no prototype is touched', async () => {
  const { post, status } = createTestServer();
  const body = `{"licenseKey":"${KEY}","deviceId":"laptop","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"maxDevices":99}`;

  const reply = await post('/activate', body);

  assert.equal(reply.status, 200);
  assert.equal(reply.body.maxDevices, 1);
  assert.equal((await status(KEY)).body.devicesUsed, 1);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('of a field that comes twice the last one counts', async () => {
  const { post, market } = createTestServer();

  await post('/activate', `{"licenseKey":"x","licenseKey":"${KEY}","deviceId":"a","deviceId":"b"}`);

  assert.equal(market.callsFor(KEY), 1);
});

test('a byte order mark before the JSON does no harm', async () => {
  const { post } = createTestServer();

  const { status } = await post(
    '/activate',
    `\ufeff${JSON.stringify({ licenseKey: KEY, deviceId: 'laptop' })}`,
  );

  assert.equal(status, 200);
});

test('a device id is taken as it is: as long as 255 characters, and the same as the key if need be', async () => {
  const { activate, deactivate } = createTestServer();

  const long = await activate(KEY, 'x'.repeat(255));
  await deactivate(KEY, { deviceId: 'x'.repeat(255) });
  const same = await activate(KEY, KEY);

  assert.deepEqual([long.status, same.status], [200, 200]);
});

test('what a request says about upstream never reaches an upstream address', async () => {
  const { post, market } = createTestServer();

  await post('/activate', {
    licenseKey: KEY,
    deviceId: 'laptop',
    product_slug: '/other-tool',
    baseUrl: 'http://evil.example',
    url: 'http://evil.example',
  });

  assert.deepEqual(
    market.calls.map(({ product }) => product),
    ['/my-tool'],
  );
});

test('a label is one short line, whatever was sent', async () => {
  const { activate, status } = createTestServer();
  await activate(KEY, 'laptop', { deviceLabel: `Chrome\r\n\u202eon\u2028Mac ${'🦄'.repeat(100)}` });

  const { body } = await status(KEY, { deviceId: 'laptop' });

  const [{ label }] = body.devices;
  assert.match(label, /^Chrome on Mac 🦄+$/u);
  assert.ok(label.length <= 80);
});
