// On a real port: what only HTTP can do wrong.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { startServer, type RunningServer } from '../../src/server/index.ts';
import { configOf } from './support.ts';

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
  ['POST /activate HTTP/1.1', 'Host: license.test', 'Content-Type: application/json', ...lines, '', ''].join(
    '\r\n',
  );

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
  'a host that is none': { parts: ['GET /healthz HTTP/1.1\r\nHost: a b\r\n\r\n'], status: 400 },
  'a header of 100 kB': { parts: [head(`X-Long: ${'x'.repeat(100_000)}`)], status: 431 },
};

for (const [name, { parts, status }] of Object.entries(WRONG)) {
  test(`${name} is answered with ${status}`, async () => {
    const answer = await send(...parts);

    assert.equal(statusOf(answer), status);
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
