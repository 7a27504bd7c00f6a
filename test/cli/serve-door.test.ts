// The real process behind a real socket, with the limits that it has by itself: whatever comes through the door is
// answered so that a page can read it, or cut off, and an honest buyer is served meanwhile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { FIELDS, RAW_BODIES, STRANGE_VALUES } from '../support/malformed.ts';
import { createFolder, post, startMarketplace, startServe } from './support.ts';

const ORIGIN = 'https://app.example.com';
const CONFIG = {
  products: { '/my-tool': { seats: { 'Standard License': 1, 'Company License': 'unlimited' } } },
  allowedOrigins: [ORIGIN],
  rateLimits: false,
};
const KEY = PURCHASES.company.key;
const ROUTES = ['/activate', '/deactivate', '/status'];
const HALF_OPEN = 500;

async function openDoor(t: Parameters<typeof createFolder>[0]) {
  const { url: marketUrl } = await startMarketplace(t);
  const { url } = await startServe(t, createFolder(t, CONFIG), marketUrl);
  const agent = new Agent({ keepAlive: true, maxSockets: 20 });
  t.after(() => agent.destroy());
  const { hostname, port } = new URL(url);

  interface Sent {
    readonly what: string;
    readonly status: number;
    readonly allowed: string | undefined;
    readonly type: string | undefined;
    readonly text: string;
  }

  const send = (
    method: string,
    path: string,
    body: string | Uint8Array,
    headers: Record<string, string> = {},
  ) =>
    new Promise<Sent>((resolve, reject) => {
      const all = { 'content-type': 'application/json', origin: ORIGIN, ...headers };
      const asking = request({ hostname, port, method, path, headers: all, agent }, (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () =>
          resolve({
            what: `${method} ${path} ${JSON.stringify(headers)} ${String(body).slice(0, 80)}`,
            status: answer.statusCode ?? 0,
            allowed: answer.headers['access-control-allow-origin'],
            type: answer.headers['content-type'],
            text,
          }),
        );
      });
      asking.on('error', reject).end(body);
    });

  const open = (bytes: string): Socket => {
    const socket = connect(Number(port), hostname).on('error', () => {}); // to be cut off is the point
    socket.write(bytes);
    return socket;
  };
  return { url, send, open };
}

test('hundreds of malformed requests: no 5xx, every answer can be read by the page, and the server lives on', async (t) => {
  const { url, send } = await openDoor(t);
  const good = { licenseKey: KEY, deviceId: 'laptop' };
  const bodies = [
    ...Object.values(RAW_BODIES),
    ...FIELDS.flatMap((field) =>
      Object.values(STRANGE_VALUES).map((value) => JSON.stringify({ ...good, [field]: value })),
    ),
  ];
  const text = JSON.stringify(good);
  const attempts = [
    ...ROUTES.flatMap((route) => bodies.map((body) => () => send('POST', route, body))),
    ...ROUTES.flatMap((route) =>
      ['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'TRACE', 'PROPFIND'].map(
        (method) => () => send(method, route, ''),
      ),
    ),
    ...ROUTES.flatMap((route) =>
      ['/', '//', '/..', '/%00', '/%', '%20', ';x', '?licenseKey=a', `/${'x'.repeat(2_000)}`].map(
        (end) => () => send('POST', route + end, text),
      ),
    ),
    ...['text/plain', 'application/xml', 'application/jsonx', 'multipart/form-data; boundary=a', ''].map(
      (type) => () => send('POST', '/activate', text, { 'content-type': type }),
    ),
    ...['gzip', 'br', 'identity', 'x'].map(
      (encoding) => () => send('POST', '/activate', text, { 'content-encoding': encoding }),
    ),
    ...[10_000, 1_000_000].flatMap((size) => [
      () => send('POST', '/activate', 'x'.repeat(size), { 'content-length': String(size) }),
      () => send('POST', '/activate', 'x'.repeat(size), { 'transfer-encoding': 'chunked' }),
    ]),
    () =>
      send(
        'POST',
        '/activate',
        '{}',
        Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-${n}`, 'y'])),
      ),
  ];

  const answers = await Promise.all(attempts.map((attempt) => attempt()));
  const honest = await post(url, '/activate', { licenseKey: KEY, deviceId: 'an honest buyer' });

  assert.ok(answers.length > 150);
  assert.deepEqual(
    answers.filter(({ status }) => ![200, 400, 403, 404, 405, 413, 415].includes(status)),
    [],
  );
  assert.deepEqual(
    answers.filter(({ allowed, type }) => allowed !== ORIGIN || type !== 'application/json'),
    [],
  );
  assert.deepEqual(
    answers.filter(({ text: said }) => /\bat .*:\d+:\d+|SyntaxError|ZodError|node:internal/.test(said)),
    [],
  );
  assert.equal(honest.status, 200);
});

test('500 half-open connections are all cut off, and an honest buyer is served all the while', async (t) => {
  const { url, open } = await openDoor(t);
  const starts = [
    '',
    'POST /activate HT',
    'POST /activate HTTP/1.1\r\nHost: a\r\nX-Slow: ',
    `POST /activate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"lic`,
  ];
  const closed = Array.from({ length: HALF_OPEN }, (_, number) =>
    once(open(starts[number % 4] ?? '').resume(), 'close'),
  );
  const all = Promise.all(closed).then(() => undefined);

  const served: number[] = [];
  for (;;) {
    const deviceId = `device-${served.length % 9}`;
    const reply = await Promise.race([all, post(url, '/activate', { licenseKey: KEY, deviceId })]);
    if (!reply) break;
    served.push(reply.status);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }

  assert.ok(served.length > 20);
  assert.deepEqual(new Set(served), new Set([200]));
});

test('requests that come in one piece are answered one by one, in their order', async (t) => {
  const { open } = await openDoor(t);
  const requests = Array.from({ length: 50 }, (_, number) => {
    const body = JSON.stringify({ licenseKey: KEY, deviceId: `device-${number}` });
    const heads = `POST /activate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    return `${heads}\r\n\r\n${body}`;
  });
  const last = 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

  const socket = open(requests.join('') + last);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(socket, 'close');

  const used = [...text.matchAll(/"devicesUsed":(\d+)/g)].map(([, count]) => Number(count));
  assert.deepEqual(
    used,
    Array.from({ length: 50 }, (_, number) => number + 1),
  );
  assert.match(text, /\{"status":"ok"\}/);
});

test('a head that is too long, or comes in ever more pieces, is refused in words that a page can read', async (t) => {
  const { url, open } = await openDoor(t);
  const long = open(`GET /healthz HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
  const many = open(`GET /healthz HTTP/1.1\r\nHost: a\r\n${'X-Many: y\r\n'.repeat(5_000)}\r\n`);
  const texts = ['', ''];
  for (const [place, socket] of [long, many].entries())
    socket.on('data', (chunk: Buffer) => (texts[place] += chunk.toString()));

  await Promise.all([once(long, 'close'), once(many, 'close')]);
  const alive = (await fetch(`${url}/healthz`)).status;

  for (const text of texts) {
    assert.match(text, /^HTTP\/1\.1 431 /);
    assert.match(text, /access-control-allow-origin: \*/i);
    assert.match(text, /"code":"invalid_request"/);
  }
  assert.equal(alive, 200);
});
