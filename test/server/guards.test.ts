// The door: who may ask, what every answer carries, and what is turned away before anybody decides about it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { ORIGIN, createTestServer, readReply, type TestServer } from './support.ts';

const BODY = { licenseKey: PURCHASES.standard.key, deviceId: 'laptop' };
const JSON_TYPE = { 'content-type': 'application/json' };

const ask = async ({ server }: TestServer, path: string, init: RequestInit) =>
  readReply(await server.fetch(new Request(`http://license.test${path}`, init)));

test('a page of an allowed origin may call and read the answer', async () => {
  const { post } = createTestServer();

  const { status, headers } = await post('/activate', BODY, { origin: ORIGIN });

  assert.equal(status, 200);
  assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
  assert.equal(headers.get('vary'), 'Origin');
  assert.equal(
    headers.get('access-control-expose-headers'),
    'Retry-After, RateLimit, RateLimit-Policy, X-Request-Id',
  );
  assert.equal(headers.get('access-control-allow-credentials'), null);
});

test('a preflight is answered for a day and costs nothing', async () => {
  const server = createTestServer();

  const { status, headers } = await ask(server, '/activate', {
    method: 'OPTIONS',
    headers: {
      origin: ORIGIN,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });

  assert.equal(status, 204);
  assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
  assert.match(headers.get('access-control-allow-methods') ?? '', /POST/);
  assert.match(headers.get('access-control-allow-headers') ?? '', /content-type/i);
  assert.equal(headers.get('access-control-max-age'), '86400');
});

for (const origin of [
  'https://evil.example',
  'null',
  'https://app.example.com.evil.example',
  'https://evilapp.example.com',
  'http://app.example.com',
  'https://app.example.com:8443',
  'https://APP.example.com',
  '',
]) {
  test(`the foreign origin "${origin}" is refused before anything changes`, async () => {
    const server = createTestServer();

    const { status, headers, body } = await server.post('/activate', BODY, { origin });
    const preflight = await ask(server, '/activate', { method: 'OPTIONS', headers: { origin } });

    assert.equal(status, 403);
    assert.equal(body.code, 'invalid_request');
    assert.match(body.error, /allowedOrigins/);
    assert.equal(headers.get('access-control-allow-origin'), null);
    assert.equal(preflight.headers.get('access-control-allow-origin'), null);
    assert.equal(server.market.calls.length, 0);
  });
}

test('programs that send no origin are served', async () => {
  const { post } = createTestServer();

  const { status, headers } = await post('/activate', BODY);

  assert.equal(status, 200);
  assert.equal(headers.get('access-control-allow-origin'), null);
});

test('an asterisk allows every origin', async () => {
  const { post } = createTestServer({ config: { allowedOrigins: ['*'] } });

  const { status, headers } = await post('/activate', BODY, { origin: 'https://anywhere.example' });

  assert.equal(status, 200);
  assert.equal(headers.get('access-control-allow-origin'), 'https://anywhere.example');
});

for (const origin of ['capacitor://localhost', 'tauri://localhost', 'chrome-extension://abcdef', 'null']) {
  test(`the origin ${origin} of an app can be allowed`, async () => {
    const { post } = createTestServer({ config: { allowedOrigins: [origin] } });

    const { status } = await post('/activate', BODY, { origin });

    assert.equal(status, 200);
  });
}

const TURNED_AWAY: Readonly<Record<string, { path: string; init: RequestInit; status: number }>> = {
  'an unknown path': {
    path: '/nothing',
    init: { method: 'POST', body: '{}', headers: JSON_TYPE },
    status: 404,
  },
  'a trailing slash': {
    path: '/activate/',
    init: { method: 'POST', body: '{}', headers: JSON_TYPE },
    status: 404,
  },
  'GET /activate': { path: '/activate', init: {}, status: 405 },
  'PUT /status': { path: '/status', init: { method: 'PUT', body: '{}', headers: JSON_TYPE }, status: 405 },
  'POST /healthz': {
    path: '/healthz',
    init: { method: 'POST', body: '{}', headers: JSON_TYPE },
    status: 405,
  },
  'a body of 10 kB': {
    path: '/activate',
    init: {
      method: 'POST',
      body: JSON.stringify({ ...BODY, padding: 'x'.repeat(10_000) }),
      headers: JSON_TYPE,
    },
    status: 413,
  },
  'plain text': {
    path: '/activate',
    init: { method: 'POST', body: JSON.stringify(BODY), headers: { 'content-type': 'text/plain' } },
    status: 415,
  },
  'a form': {
    path: '/activate',
    init: { method: 'POST', body: new URLSearchParams({ licenseKey: 'x', deviceId: 'y' }) },
    status: 415,
  },
  'a compressed body': {
    path: '/activate',
    init: {
      method: 'POST',
      body: JSON.stringify(BODY),
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    },
    status: 415,
  },
  'half a JSON text': {
    path: '/activate',
    init: { method: 'POST', body: '{"licenseKey', headers: JSON_TYPE },
    status: 400,
  },
  'no body': { path: '/activate', init: { method: 'POST', headers: JSON_TYPE }, status: 400 },
};

for (const [name, { path, init, status }] of Object.entries(TURNED_AWAY)) {
  test(`${name} is answered with ${status}, in JSON that a page can read`, async () => {
    const server = createTestServer();

    const reply = await ask(server, path, { ...init, headers: withOrigin(init) });

    assert.equal(reply.status, status);
    assert.equal(reply.body.code, 'invalid_request');
    assert.equal(reply.body.retryable, false);
    assert.ok(reply.body.error.length > 10);
    assert.equal(reply.headers.get('access-control-allow-origin'), ORIGIN);
    assert.equal(reply.headers.get('cache-control'), 'no-store');
    assert.equal(reply.headers.get('x-request-id'), reply.body.requestId);
  });
}

const withOrigin = (init: RequestInit): Headers => {
  const { headers } = new Request('http://license.test', init.body ? { ...init, method: 'POST' } : {});
  for (const [name, value] of new Headers(init.headers)) headers.set(name, value);
  headers.set('origin', ORIGIN);
  return headers;
};

test('a wrong method says which one is right', async () => {
  const server = createTestServer();

  const { headers } = await ask(server, '/activate', {});

  assert.equal(headers.get('allow'), 'POST');
});

test('a body without a declared length is counted as it comes', async () => {
  const server = createTestServer();
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1000).fill(32)),
  });

  const { status } = await ask(server, '/activate', {
    method: 'POST',
    headers: JSON_TYPE,
    body: endless,
    duplex: 'half',
  } as RequestInit);

  assert.equal(status, 413);
});

test('a failing database is "try again later", with nothing of the failure in the answer', async () => {
  const server = createTestServer();
  await server.activate(BODY.licenseKey, 'laptop');
  server.store.findLicense = () => Promise.reject(new Error('disk I/O error at /var/lib/licenses.db'));

  const { status, body, headers } = await server.post('/activate', BODY, { origin: ORIGIN });

  assert.equal(status, 503);
  assert.equal(body.code, 'upstream_unavailable');
  assert.equal(body.error, 'License service unavailable');
  assert.equal(headers.get('retry-after'), '5');
  assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
  assert.doesNotMatch(JSON.stringify(body), /disk|stack|Error:/);
  assert.match(server.log.join('\n'), /disk I\/O error/);
});

test('a database that comes late is waited for, not given up', async () => {
  const server = createTestServer();
  const { keepSecret } = server.store;
  server.store.keepSecret = () => Promise.reject(new Error('not yet'));
  const early = await server.post('/activate', BODY);
  server.store.keepSecret = keepSecret;

  const { status } = await server.post('/activate', BODY);

  assert.equal(early.status, 503);
  assert.equal(status, 200);
});

test('the eleventh activation of one address within a minute is put off, whatever it holds', async () => {
  const { post, clock } = createTestServer({ config: { rateLimits: {} } });
  const tenth = [];
  for (let attempt = 0; attempt < 10; attempt += 1) tenth.push((await post('/activate', BODY)).status);

  const { status, body, headers } = await post('/activate', BODY, { origin: ORIGIN });
  const elsewhere = await post('/activate', BODY, {}, '192.0.2.99');
  clock.advance(60_000);
  const later = await post('/activate', BODY);

  assert.deepEqual(tenth, Array(10).fill(200));
  assert.equal(status, 429);
  assert.equal(body.code, 'rate_limited');
  assert.equal(body.retryAfter, 60);
  assert.equal(headers.get('retry-after'), '60');
  assert.equal(headers.get('ratelimit-policy'), '"activate";q=10;w=60');
  assert.equal(headers.get('ratelimit'), '"activate";r=0;t=60');
  assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
  assert.deepEqual([elsewhere.status, later.status], [200, 200]);
});

test('an address that makes up forwarders is still one address', async () => {
  const { post } = createTestServer({ config: { rateLimits: {} } });

  const statuses = [];
  for (let attempt = 0; attempt < 30; attempt += 1)
    statuses.push((await post('/activate', BODY, { 'x-forwarded-for': `203.0.113.${attempt}` })).status);

  assert.equal(statuses.filter((status) => status === 200).length, 10);
});

test('behind a trusted proxy each client is counted by itself', async () => {
  const { post } = createTestServer({ config: { rateLimits: {}, trustedProxies: ['192.0.2.0/24'] } });

  const statuses = [];
  for (let attempt = 0; attempt < 30; attempt += 1)
    statuses.push(
      (await post('/activate', BODY, { 'x-forwarded-for': `1.2.3.4, 203.0.113.${attempt}` })).status,
    );

  assert.deepEqual(statuses, Array(30).fill(200));
});

test('a request is named by the server, whatever name it brings', async () => {
  const { post } = createTestServer();

  const { headers, body } = await post('/activate', {}, { 'x-request-id': 'mine' });

  assert.match(headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  assert.equal(body.requestId, headers.get('x-request-id'));
});

test('an answer is kept by nobody, guessed at by nobody, framed by nobody', async () => {
  const { post } = createTestServer();

  const { headers } = await post('/activate', BODY);

  assert.equal(headers.get('cache-control'), 'no-store');
  assert.equal(headers.get('x-content-type-options'), 'nosniff');
  assert.equal(headers.get('cross-origin-resource-policy'), 'cross-origin');
  assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'");
  assert.equal(headers.get('content-type'), 'application/json');
});

test('a body is read, up to its limit, where requests have no streams, as in Firefox', async () => {
  const { server } = createTestServer();
  const send = async (body: object) => {
    const init = { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) };
    const request = new Request('http://license.test/activate', init);
    return server.fetch(Object.defineProperty(request, 'body', { value: undefined }));
  };

  const answers = [await send(BODY), await send({ ...BODY, padding: 'x'.repeat(5000) })];

  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 413],
  );
});
