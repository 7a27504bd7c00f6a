// Requests as they come through a real socket, and what the routes get to see of them.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createHttpServer } from '../../src/server/http.ts';
import type { Visit } from '../../src/server/visit.ts';

/** A server whose answer is what it has read of the visit, 10 bytes at most, after it has done something else. */
async function openEcho(
  t: TestContext,
  first = async () => {},
): Promise<{ port: number; broken: () => Promise<unknown> }> {
  const { promise: broken, resolve: report } = Promise.withResolvers<unknown>();
  const answer = async (visit: Visit) => {
    const { method, path, address } = visit;
    await first();
    const text = await visit.readText(10).catch((cause: unknown) => {
      report(cause);
      throw cause;
    });
    const body = JSON.stringify({ method, path, address, type: visit.header('content-type'), text });
    return { status: 200, headers: {}, body };
  };
  const { http } = createHttpServer(answer);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => {
    http.close();
    http.closeAllConnections();
  });
  return { port: (http.address() as AddressInfo).port, broken: () => broken };
}

async function send(port: number, ...lines: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.end([...lines].join('\r\n'));
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

const seenIn = (answer: string) => JSON.parse(answer.split('\r\n\r\n')[1] ?? '');
const HEAD = ['Host: x', 'Connection: close', 'Content-Type: text/plain'];

test('a visit is what was sent, its path without the query', async (t) => {
  const { port } = await openEcho(t);

  const answer = await send(
    port,
    'POST /activate?a=/b HTTP/1.1',
    ...HEAD,
    'Content-Length: 5',
    '',
    'hällo'.slice(0, 4),
  );

  assert.deepEqual(seenIn(answer), {
    method: 'POST',
    path: '/activate',
    address: '127.0.0.1',
    type: 'text/plain',
    text: 'häll',
  });
});

test('a whole URL is taken for its path, and nonsense for a path at which there is nothing', async (t) => {
  const { port } = await openEcho(t);

  const whole = await send(port, 'GET http://elsewhere.example/status?x HTTP/1.1', ...HEAD, '', '');
  const nonsense = await send(port, 'OPTIONS * HTTP/1.1', ...HEAD, '', '');

  assert.equal(seenIn(whole).path, '/status');
  assert.equal(seenIn(nonsense).path, '*');
});

test('a body in pieces is put together', async (t) => {
  const { port } = await openEcho(t);

  const pieces = ['3', 'abc', '2', 'de', '0', '', ''];
  const answer = await send(port, 'POST / HTTP/1.1', ...HEAD, 'Transfer-Encoding: chunked', '', ...pieces);

  assert.equal(seenIn(answer).text, 'abcde');
});

test('a body that says that it is too long, or turns out to be, is not read', async (t) => {
  const { port } = await openEcho(t);

  const declared = await send(port, 'POST / HTTP/1.1', ...HEAD, 'Content-Length: 11', '', 'abcdefghijk');
  const pieces = ['6', 'abcdef', '6', 'ghijkl', '0', '', ''];
  const grown = await send(port, 'POST / HTTP/1.1', ...HEAD, 'Transfer-Encoding: chunked', '', ...pieces);

  assert.deepEqual([seenIn(declared).text, seenIn(grown).text], [undefined, undefined]);
});

test('the answer to HEAD has its length and no body', async (t) => {
  const { port } = await openEcho(t);

  const answer = await send(port, 'HEAD / HTTP/1.1', ...HEAD, '', '');

  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(answer, /\r\nContent-Length: \d\d/);
  assert.equal(answer.split('\r\n\r\n')[1], '');
});

test('a body that breaks off ends the reading and not the server', async (t) => {
  const { port, broken } = await openEcho(t);
  const socket = connect(port, '127.0.0.1');
  socket.write(['POST / HTTP/1.1', ...HEAD, 'Content-Length: 9', '', 'abc'].join('\r\n'), () =>
    socket.destroy(),
  );

  const cause = await broken();

  assert.match(String(cause), /has gone/);
  assert.match(await send(port, 'GET / HTTP/1.1', ...HEAD, '', ''), /^HTTP\/1\.1 200 OK/);
});

test('a client that has gone before its body is read ends the reading, too', async (t) => {
  const { promise: gone, resolve: leave } = Promise.withResolvers<void>();
  const { port, broken } = await openEcho(t, () => gone);
  const socket = connect(port, '127.0.0.1');
  socket.write(['POST / HTTP/1.1', ...HEAD, 'Content-Length: 9', '', 'abc'].join('\r\n'), () =>
    socket.destroy(),
  );
  socket.on('close', () => setTimeout(leave, 100));

  const cause = await broken();

  assert.match(String(cause), /has gone/);
});
