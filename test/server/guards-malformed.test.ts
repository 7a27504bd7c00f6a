// Whatever is sent: an answer in JSON, never a 5xx for a client's mistake, never a seat for what is no device.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { FIELDS, RAW_BODIES, STRANGE_VALUES } from '../support/malformed.ts';
import { createTestServer, readReply } from './support.ts';

const { key: KEY } = PURCHASES.standard;
const ROUTES = ['/activate', '/deactivate', '/status'];

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
