// On a real port: what only HTTP can do wrong.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { startServer, type RunningServer } from '../../src/server/index.ts';
import { ORIGIN, configOf } from './support.ts';

let server: RunningServer;
before(async () => {
  const config = configOf({ database: ':memory:' }, { DIMLI_API_URL: 'http://127.0.0.1:9' });
  server = await startServer({ config, port: 0, host: '127.0.0.1', log: () => {} });
});
after(() => server.stop());

/** Sends bytes as they are, and reads until the server has nothing more to say. */
function send(...parts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.on('close', () => resolve(text));
    socket.on('error', () => {}); // cut off: what came before is the answer
    for (const part of parts) socket.write(part);
    setTimeout(() => socket.destroy(), 1000).unref();
  });
}

const head = (...lines: readonly string[]) =>
  [
    'POST /activate HTTP/1.1',
    'Host: license.test',
    `Origin: ${ORIGIN}`,
    'Content-Type: application/json',
    ...lines,
    '',
    '',
  ].join('\r\n');

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

const WRONG: Readonly<Record<string, { parts: readonly string[]; status: number }>> = {
  'a length and chunks at once': {
    parts: [head('Content-Length: 5', 'Transfer-Encoding: chunked'), '0\r\n\r\n'],
    status: 400,
  },
  'two lengths': { parts: [head('Content-Length: 2', 'Content-Length: 3'), '{}'], status: 400 },
  'a negative length': { parts: [head('Content-Length: -1'), '{}'], status: 400 },
  'a length that is no number': { parts: [head('Content-Length: lots'), '{}'], status: 400 },
  'a declared length of 10 MB': { parts: [head('Content-Length: 10000000'), 'x'.repeat(1000)], status: 413 },
  'too many chunks': {
    parts: [head('Transfer-Encoding: chunked'), `1388\r\n${' '.repeat(5000)}\r\n`.repeat(3), '0\r\n\r\n'],
    status: 413,
  },
  'no HTTP at all': { parts: ['hello\r\n\r\n'], status: 400 },
  'no host': { parts: ['GET /healthz HTTP/1.1\r\n\r\n'], status: 400 },
  'a host that is none': { parts: ['GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n'], status: 400 },
  'a path out of the server': { parts: ['GET /..\\..\\etc HTTP/1.1\r\nHost: a\r\n\r\n'], status: 400 },
  'a method that does not exist': { parts: ['BREW /activate HTTP/1.1\r\nHost: a\r\n\r\n'], status: 400 },
  'a header with a NUL': { parts: [head('X-Bad: a\0b', 'Content-Length: 2'), '{}'], status: 400 },
  'a line break inside a header': { parts: [head('X-Bad: a\nb'), '{}'], status: 400 },
  'two bodies, one hidden in the other': {
    parts: [head('Transfer-Encoding: chunked, identity'), '0\r\n\r\nGET /metrics HTTP/1.1\r\n\r\n'],
    status: 400,
  },
  'a body longer than its length': {
    parts: [head('Content-Length: 2', 'Connection: close'), '{}}}}}'],
    status: 400,
  },
  'a compressed body': {
    parts: [head('Content-Encoding: gzip', 'Content-Length: 2', 'Connection: close'), '{}'],
    status: 415,
  },
  'a header of 100 kB': { parts: [head(`X-Long: ${'x'.repeat(100_000)}`)], status: 431 },
};

for (const [name, { parts, status }] of Object.entries(WRONG)) {
  test(`${name} is answered with ${status}`, async () => {
    const answer = await send(...parts);

    const [heads = '', body = ''] = answer.split('\r\n\r\n');
    assert.equal(statusOf(answer), status);
    assert.equal(JSON.parse(body).code, 'invalid_request');
    assert.match(heads, /^access-control-allow-origin: /im);
    assert.doesNotMatch(answer, /\bat .*:\d+:\d+/);
  });
}

test('200 headers do no harm', async () => {
  const headers = Array.from({ length: 200 }, (_, number) => `X-${number}: y`);

  const answer = await send(head(...headers, 'Content-Length: 2', 'Connection: close'), '{}');

  assert.equal(statusOf(answer), 400);
  assert.match(answer, /licenseKey and deviceId required/);
});

test('a client that goes away in the middle of its request is no error of ours', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write(head('Content-Length: 100') + '{"licenseKey"');
  await new Promise((resolve) => void setTimeout(resolve, 50));
  socket.destroy();

  const alive = await fetch(`${server.url}/healthz`);

  assert.equal(alive.status, 200);
});

test('a chunked request is read like any other', async () => {
  const body = '{"licenseKey":"not a key","deviceId":"x"}';
  const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;

  const answer = await send(head('Transfer-Encoding: chunked', 'Connection: close'), chunk);

  assert.equal(statusOf(answer), 403);
  assert.match(answer, /license_invalid/);
});

test('stopping twice is harmless', async () => {
  const config = configOf({ database: ':memory:' });
  const second = await startServer({ config, port: 0, host: '127.0.0.1', log: () => {} });

  await Promise.all([second.stop(), second.stop()]);

  await assert.rejects(fetch(`${second.url}/healthz`));
});

const LIMITS = { headersMs: 300, requestMs: 600, checkMs: 50, connections: 1000 };

test('clients that never finish are cut off, and others are served meanwhile', async (t) => {
  const config = configOf({ database: ':memory:' });
  const slow = await startServer({ config, port: 0, host: '127.0.0.1', log: () => {}, limits: LIMITS });
  t.after(() => slow.stop());
  const port = Number(new URL(slow.url).port);
  const starts = [
    '',
    'POST /activate HT',
    head('Content-Length: 100'),
    head('Content-Length: 100') + '{"lic',
  ];
  const closed = Array.from({ length: 200 }, (_, number) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.resume().write(starts[number % starts.length] ?? '');
    return new Promise((resolve) => void socket.once('close', resolve));
  });

  const healthy = [];
  const all = Promise.all(closed).then(() => 'closed');
  while ((await Promise.race([all, fetch(`${slow.url}/healthz`)])) !== 'closed') healthy.push(true);

  assert.ok(healthy.length > 0);
});

test('more clients than the limit are turned away, and those that are there go on', async (t) => {
  const config = configOf({ database: ':memory:' });
  const limits = { ...LIMITS, headersMs: 5_000, requestMs: 5_000, connections: 3 };
  const small = await startServer({ config, port: 0, host: '127.0.0.1', log: () => {}, limits });
  t.after(() => small.stop());
  const open = () => connect(Number(new URL(small.url).port), '127.0.0.1').on('error', () => {});
  const [first] = [open(), open(), open()];
  await new Promise((resolve) => void setTimeout(resolve, 100));

  const fourth = open().resume();
  await new Promise((resolve) => void fourth.once('close', resolve));
  first?.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
  const [answer] = await once(first!, 'data');

  assert.equal(statusOf(String(answer)), 200);
});

test('a server that stops says first that it is not ready, and still serves those who come', async () => {
  const config = configOf({ database: ':memory:' }, { DIMLI_API_URL: 'http://127.0.0.1:9' });
  const leaving = await startServer({ config, port: 0, host: '127.0.0.1', log: () => {} });
  const earlier = await fetch(`${leaving.url}/readyz`);

  const stopped = leaving.stop();
  const during = await fetch(`${leaving.url}/readyz`);
  const alive = await fetch(`${leaving.url}/healthz`);
  await stopped;

  assert.deepEqual([earlier.status, during.status, alive.status], [200, 503, 200]);
  await assert.rejects(fetch(`${leaving.url}/healthz`));
});

test('nothing in an answer names the software that gave it', async () => {
  const answer = await send('GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');

  assert.doesNotMatch(answer, /^(server|x-powered-by):/im);
});

test('HEAD is answered like GET, without a body', async () => {
  const answer = await send('HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');

  assert.equal(statusOf(answer), 200);
  assert.equal(answer.split('\r\n\r\n')[1], '');
});
