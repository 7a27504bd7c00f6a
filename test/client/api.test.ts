import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createApi } from '../../src/client/api.ts';
import { ActivateAnswer, DeactivateAnswer, isLocking, type ProblemCode } from '../../src/protocol/index.ts';
import { KEY } from './fixtures.ts';

const SERVER = 'https://licenses.example.com';
const body = { licenseKey: KEY, deviceId: 'd1' };
const never = new AbortController().signal;

type Fetch = typeof globalThis.fetch;

const activateAt = (fetch: Fetch, signal = never) =>
  createApi(SERVER, 'my-tool', fetch)('/activate', body, ActivateAnswer, signal);
const answering = (status: number, content: unknown, headers: Record<string, string> = {}) =>
  activateAt(
    async () =>
      new Response(typeof content === 'string' ? content : JSON.stringify(content), { status, headers }),
  );

/** Lets the limit of an answer pass after some milliseconds. */
const hurry = (t: TestContext, ms: number): void => {
  const { timeout } = AbortSignal;
  t.mock.method(AbortSignal, 'timeout', () => timeout.call(AbortSignal, ms));
  const alive = setInterval(() => {}, 10); // limits alone do not keep Node alive
  t.after(() => clearInterval(alive));
};

test('posts JSON without cookies, and follows no redirect', async () => {
  let seen: { readonly url: string; readonly init: RequestInit } | undefined;

  await activateAt(async (url, init = {}) => {
    seen = { url: String(url), init };
    return Response.json({ activated: true });
  });

  assert.equal(seen?.url, 'https://licenses.example.com/activate');
  const { method, headers, credentials, redirect } = seen.init;
  assert.deepEqual(
    { method, headers, credentials, redirect },
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      credentials: 'omit',
      redirect: 'error',
    },
  );
  assert.deepEqual(JSON.parse(String(seen.init.body)), { ...body, product: 'my-tool' });
});

test("understands the answer of the guide's samples", async () => {
  assert.deepEqual(await answering(200, { activated: true, licenseName: 'Team License' }), {
    activated: true,
    licenseName: 'Team License',
  });
});

interface Interop {
  readonly status: number;
  readonly body: unknown;
  readonly code: ProblemCode;
  readonly headers?: Record<string, string>;
}

const HTML = '<!doctype html><title>Welcome to Hotel Wi-Fi</title>';
const REFUSALS: Record<string, Interop> = {
  "the guide's Express sample: unknown key": {
    status: 403,
    body: { error: 'Invalid license key' },
    code: 'license_invalid',
  },
  "the guide's Express sample: seats": {
    status: 403,
    body: { error: 'Seat limit reached (1). Deactivate a device first.', currentDevices: 1, maxDevices: 1 },
    code: 'seat_limit_reached',
  },
  "the guide's Flask sample: seats": {
    status: 403,
    body: { error: 'Seat limit reached (5)' },
    code: 'seat_limit_reached',
  },
  "the guide's samples: marketplace refused the token": {
    status: 503,
    body: { error: 'License service unavailable' },
    code: 'upstream_unavailable',
  },
  "the guide's samples: a field is missing": {
    status: 400,
    body: { error: 'licenseKey and deviceId required' },
    code: 'invalid_request',
  },
  'our server: revoked': {
    status: 403,
    body: { error: 'Invalid license key', code: 'license_revoked' },
    code: 'license_revoked',
  },
  'our server: seats': {
    status: 403,
    body: {
      error: 'Seat limit reached (1). Deactivate a device first.',
      code: 'seat_limit_reached',
      maxDevices: 1,
    },
    code: 'seat_limit_reached',
  },
  'our server: too many new devices': {
    status: 429,
    body: { error: 'x', code: 'release_limit_reached' },
    code: 'release_limit_reached',
  },
  'our server: misconfigured': {
    status: 503,
    body: { error: 'x', code: 'server_misconfigured' },
    code: 'server_misconfigured',
  },
  'our server: too large': {
    status: 413,
    body: { error: 'x', code: 'invalid_request' },
    code: 'invalid_request',
  },
  "a 429 with the marketplace's body": { status: 429, body: { valid: false }, code: 'rate_limited' },
  'a 429 without a body': { status: 429, body: '', code: 'rate_limited' },
  'a 503 without a body': { status: 503, body: '', code: 'upstream_unavailable' },
  'a captive portal': {
    status: 200,
    body: HTML,
    code: 'bad_response',
    headers: { 'content-type': 'text/html' },
  },
  'a captive portal that says 403': { status: 403, body: HTML, code: 'bad_response' },
  "a proxy's 502": { status: 502, body: '<h1>Bad Gateway</h1>', code: 'bad_response' },
  "a proxy's 504": { status: 504, body: '', code: 'bad_response' },
  "an application's 500": { status: 500, body: { error: 'Internal Server Error' }, code: 'bad_response' },
  "a firewall's 403 in JSON": {
    status: 403,
    body: { error: 'Forbidden', code: 1020, message: 'Access denied', ray: 'abc' },
    code: 'bad_response',
  },
  "a gateway's 403": { status: 403, body: { message: 'Missing Authentication Token' }, code: 'bad_response' },
  'a 401 before the license server': { status: 401, body: { error: 'Unauthorized' }, code: 'bad_response' },
  'another path': { status: 404, body: { error: 'Not Found' }, code: 'bad_response' },
  'the marketplace itself, asked by mistake': { status: 200, body: { valid: false }, code: 'bad_response' },
  'an activation that is none': {
    status: 200,
    body: { activated: false, error: 'Invalid license key' },
    code: 'bad_response',
  },
  'an activation with another status': { status: 202, body: { activated: true }, code: 'bad_response' },
  'an unknown code': { status: 403, body: { error: 'No', code: 'license_asleep' }, code: 'bad_response' },
  'a locking code with the wrong status': {
    status: 500,
    body: { error: 'Invalid license key', code: 'license_invalid' },
    code: 'bad_response',
  },
  'a locking code in a good answer': { status: 200, body: { code: 'license_revoked' }, code: 'bad_response' },
  'a code that only a client raises': {
    status: 403,
    body: { error: 'x', code: 'grace_expired' },
    code: 'bad_response',
  },
  'JSON that is cut off': { status: 403, body: '{"error":"Invalid license k', code: 'bad_response' },
  'JSON null': { status: 403, body: 'null', code: 'bad_response' },
  'no content': { status: 200, body: '', code: 'bad_response' },
};

for (const [who, { status, body: content, code, headers }] of Object.entries(REFUSALS)) {
  test(`calls the answer of ${who} ${code}`, async () => {
    const answer = await answering(status, content, headers);

    assert.equal('code' in answer && answer.code, code);
  });
}

test('lets none of the answers that come from something else shut a gate', () => {
  for (const [who, { code }] of Object.entries(REFUSALS))
    assert.equal(isLocking(code), /unknown key|seats|revoked/.test(who), who);
});

test("hands on the server's words, its request id and who holds the seats", async () => {
  const devices = [{ handle: 'h1', label: 'Safari on Mac' }];

  const answer = await answering(403, {
    error: 'Seat limit reached (1).',
    code: 'seat_limit_reached',
    maxDevices: 1,
    requestId: 'r-17',
    devices,
  });

  assert.deepEqual(answer, {
    code: 'seat_limit_reached',
    message: 'Seat limit reached (1).',
    retryable: false,
    retryAfter: undefined,
    requestId: 'r-17',
    maxDevices: 1,
    devices,
  });
});

const WAITS: readonly [string, Record<string, string>, unknown, number | undefined][] = [
  ['the header', { 'retry-after': '45' }, {}, 45],
  ['the body, where the header cannot be read', {}, { retryAfter: 30 }, 30],
  ['the body rather than the header', { 'retry-after': '45' }, { retryAfter: 30 }, 30],
  [
    'nothing where a date would need a clock that is right',
    { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' },
    {},
    undefined,
  ],
  ['nothing where it is negative', { 'retry-after': '-1' }, {}, undefined],
  ['nothing where it is missing', {}, {}, undefined],
];

for (const [where, headers, content, seconds] of WAITS) {
  test(`takes the time to wait from ${where}`, async () => {
    const answer = await answering(429, content, headers);

    assert.equal('retryAfter' in answer ? answer.retryAfter : undefined, seconds);
  });
}

test('takes only the marketplace guide’s answer for a deactivation', async () => {
  const ask = createApi(SERVER, undefined, async () => Response.json({}));

  assert.deepEqual(
    await ask('/deactivate', body, DeactivateAnswer, never).then((answer) => 'code' in answer && answer.code),
    'bad_response',
  );
});

test('calls a failed connection, a refused origin and a failed name lookup a network error', async () => {
  const answer = await activateAt(() => Promise.reject(new TypeError('Failed to fetch')));

  assert.equal('code' in answer && answer.code, 'network_error');
  assert.match('message' in answer ? answer.message : '', /licenses\.example\.com.*Failed to fetch/);
});

test('gives up on a server that never answers', async (t) => {
  hurry(t, 20);

  const answer = await activateAt(
    (_url, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error));
      }),
  );

  assert.equal('code' in answer && answer.code, 'timeout');
});

test("gives up also where a host's own fetch knows nothing of signals", async (t) => {
  hurry(t, 20);

  const answer = await activateAt(() => new Promise(() => {}));

  assert.equal('code' in answer && answer.code, 'timeout');
});

test('gives up on a body that stalls half-way', async (t) => {
  hurry(t, 20);

  const answer = await activateAt(
    async () =>
      new Response(
        new ReadableStream({
          start: (stream) => stream.enqueue(new TextEncoder().encode('{"activated":')),
        }),
      ),
  );

  assert.equal('code' in answer && answer.code, 'timeout');
});

test('waits ten seconds, the body included', async (t) => {
  const limits: number[] = [];
  t.mock.method(AbortSignal, 'timeout', (ms: number) => {
    limits.push(ms);
    return never;
  });

  await answering(200, { activated: true });

  assert.deepEqual(limits, [10_000]);
});

test('sends nothing any more once it was called off', async () => {
  const aborted: boolean[] = [];

  const answer = await activateAt(async (_url, init) => {
    aborted.push(init?.signal?.aborted ?? false);
    throw new Error('not sent');
  }, AbortSignal.abort());

  assert.deepEqual(aborted, [true]);
  assert.equal('code' in answer && answer.code, 'network_error');
});

async function listen(t: TestContext, server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('follows no redirect of a real server, so that a login page is not taken for an answer', async (t) => {
  const url = await listen(
    t,
    createServer((_request, response) => response.writeHead(302, { location: '/login' }).end()),
  );

  const answer = await createApi(url, undefined, fetch)('/activate', body, ActivateAnswer, never);

  assert.equal('code' in answer && answer.code, 'network_error');
});

test('says that nobody listens where nobody listens', async (t) => {
  const server = createServer();
  const url = await listen(t, server);
  server.close();

  const answer = await createApi(url, undefined, fetch)('/activate', body, ActivateAnswer, never);

  assert.equal('code' in answer && answer.code, 'network_error');
});
