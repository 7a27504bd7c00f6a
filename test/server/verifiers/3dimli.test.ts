// What the marketplace's answers, and the lack of them, are taken for. The wire is a real one: what hangs, breaks
// off or is not there is a socket that does so.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { createMarketplaceVerifier, type Product } from '../../../src/server/index.ts';
import { PURCHASES, SELLER_TOKEN } from '../../../src/testing/index.ts';
import { HOUR_MS, MINUTE_MS, createTestServer } from '../support.ts';

const { key: KEY } = PURCHASES.standard;
const TOOL: Product = {
  slug: '/my-tool',
  name: 'my-tool',
  kind: 'software',
  seats: new Map(),
  defaultSeats: 1,
  deviceProof: 'optional',
};
const UNREACHABLE = { kind: 'unknown', why: 'unreachable', retryAfterMs: undefined };
const GARBLED = { kind: 'unknown', why: 'garbled', retryAfterMs: undefined };

const JSON_TYPE = { 'content-type': 'application/json' };
const GOOD = '{"valid":true,"productName":"My Tool","licenseName":"Team License"}';

/** Serves until the test is over. */
async function listen(context: TestContext, handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address where nobody listens any more. */
async function listenNowhere(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return `127.0.0.1:${port}`;
}

const verify = (baseUrl: string, answerLimitMs?: number) =>
  createMarketplaceVerifier({ token: SELLER_TOKEN, baseUrl, answerLimitMs }).verify(TOOL, KEY);

/** Where the way to the marketplace ends before anybody answers. */
const DEAD_ENDS = {
  'a refused connection': async () => `http://${await listenNowhere()}`,
  'a name that does not resolve': async () => 'http://marketplace.invalid',
  'a failed TLS handshake': async (context: TestContext) =>
    `https://${await listen(context, (_, response) => response.end(GOOD))}`,
  'a connection cut before the answer': async (context: TestContext) =>
    `http://${await listen(context, ({ socket }) => socket.destroy())}`,
  'a connection cut within the answer': async (context: TestContext) =>
    `http://${await listen(context, (_, response) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': 1000 });
      response.write(GOOD, () => response.destroy());
    })}`,
};

for (const [name, baseUrl] of Object.entries(DEAD_ENDS)) {
  test(`${name} says nothing about a key`, async (context) => {
    const verdict = await verify(await baseUrl(context));

    assert.deepEqual(verdict, UNREACHABLE);
  });

  for (const [age, hours] of Object.entries({ fresh: 1, stale: 30, old: 49 })) {
    test(`${name}: a known license whose verdict is ${age} notices nothing, a new key is told to try again`, async (context) => {
      const url = await baseUrl(context);
      let isCut = false;
      const server = createTestServer({
        fetch: (input, init) =>
          isCut
            ? fetch(new URL(new URL(String(input)).pathname, url), init)
            : server.market.fetch(new Request(input, init)),
      });
      await server.activate(KEY, 'laptop');
      isCut = true;
      server.clock.advance(hours * HOUR_MS);

      const known = await server.activate(KEY, 'laptop');
      const unknown = await server.activate(PURCHASES.team.key, 'laptop');
      isCut = false;
      server.clock.advance(MINUTE_MS);
      const afterwards = await server.activate(PURCHASES.team.key, 'laptop');

      assert.equal(known.status, 200);
      assert.deepEqual([unknown.status, unknown.body.code], [503, 'upstream_unavailable']);
      assert.ok(Number(unknown.headers.get('retry-after')) >= 1);
      assert.equal(afterwards.status, 200);
    });
  }
}

test('an answer that never comes is given up at the time limit, and its connection closed', async (context) => {
  const closed = Promise.withResolvers<void>();
  const host = await listen(context, ({ socket }) => void socket.on('close', () => closed.resolve()));

  const verdict = await verify(`http://${host}`, 100);

  assert.deepEqual(verdict, UNREACHABLE);
  await closed.promise;
});

test('an answer whose body stops in the middle is given up at the time limit', async (context) => {
  const host = await listen(context, (_, response) => {
    response.writeHead(200, JSON_TYPE);
    response.write('{"valid":');
  });

  assert.deepEqual(await verify(`http://${host}`, 100), UNREACHABLE);
});

test('a body that drips for ever is given up at the time limit', async (context) => {
  const host = await listen(context, (_, response) => {
    response.writeHead(200, JSON_TYPE);
    const drip = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(drip));
  });

  assert.deepEqual(await verify(`http://${host}`, 150), UNREACHABLE);
});

test('a true answer past the time limit is no answer', async (context) => {
  const host = await listen(
    context,
    (_, response) => void setTimeout(() => response.end(GOOD), 2_000).unref(),
  );

  assert.deepEqual(await verify(`http://${host}`, 100), UNREACHABLE);
});

test('reads no more of an endless answer than an answer can hold', async (context) => {
  const closed = Promise.withResolvers<number>();
  const host = await listen(context, ({ socket }, response) => {
    socket.on('close', () => closed.resolve(socket.bytesWritten));
    response.writeHead(200, JSON_TYPE);
    const pour = () => {
      while (!response.destroyed && response.write(' '.repeat(4096)));
    };
    response.on('drain', pour);
    pour();
  });

  assert.deepEqual(await verify(`http://${host}`), GARBLED);
  assert.ok((await closed.promise) < 16 * 1024 * 1024);
});

test('an answer of 16 KiB is read, one byte more is not', async (context) => {
  const size = 16 * 1024;
  let body = GOOD.padEnd(size);
  const host = await listen(context, (_, response) => response.writeHead(200, JSON_TYPE).end(body));

  const whole = await verify(`http://${host}`);
  body += ' ';
  const tooLong = await verify(`http://${host}`);

  assert.equal(whole.kind, 'valid');
  assert.deepEqual(tooLong, GARBLED);
});

for (const status of [301, 302, 303, 307, 308]) {
  test(`a redirect (${status}) is not followed: the token goes nowhere else`, async (context) => {
    const strangers: IncomingMessage[] = [];
    const elsewhere = await listen(context, (request, response) => {
      strangers.push(request);
      response.writeHead(200, JSON_TYPE).end(GOOD);
    });
    const host = await listen(context, (_, response) =>
      response.writeHead(status, { location: `http://${elsewhere}/` }).end(),
    );

    assert.deepEqual(await verify(`http://${host}`), GARBLED);
    assert.equal(strangers.length, 0);
  });
}

const NO_VERDICTS = [
  '',
  '{}',
  'null',
  'true',
  '[]',
  '[{"valid":true}]',
  '"valid"',
  '{"valid":"true"}',
  '{"valid":"false"}',
  '{"valid":1}',
  '{"valid":0}',
  '{"valid":null}',
  '{"Valid":false}',
  '{"data":{"valid":false}}',
  '{"valid": tr',
  '<html>{"valid":false}</html>',
];

for (const body of NO_VERDICTS) {
  test(`200 with ${body || 'nothing'} is no verdict`, async (context) => {
    const host = await listen(context, (_, response) => response.writeHead(200, JSON_TYPE).end(body));

    assert.deepEqual(await verify(`http://${host}`), GARBLED);
  });
}

for (const body of [
  '{"valid":true}',
  '{"valid":true,"licenseName":null}',
  '{"valid":true,"licenseName":" "}',
]) {
  test(`${body} is a license without a name`, async (context) => {
    const host = await listen(context, (_, response) => response.writeHead(200, JSON_TYPE).end(body));

    const verdict = await verify(`http://${host}`);

    assert.deepEqual(verdict, {
      kind: 'valid',
      licenseName: 'Standard',
      productName: undefined,
      variant: undefined,
    });
  });
}

const STATUSES = {
  400: 'garbled',
  401: 'refused',
  403: 'refused',
  404: 'garbled',
  429: 'busy',
  500: 'unreachable',
  502: 'unreachable',
  503: 'unreachable',
  504: 'unreachable',
};

for (const [status, why] of Object.entries(STATUSES)) {
  for (const body of ['{"valid":false}', GOOD]) {
    test(`${status} with ${body} is "${why}", whatever its body says`, async (context) => {
      const host = await listen(context, (_, response) =>
        response.writeHead(Number(status), JSON_TYPE).end(body),
      );

      const verdict = await verify(`http://${host}`);

      assert.equal(verdict.kind === 'unknown' ? verdict.why : verdict.kind, why);
    });
  }
}

for (const [kind, path] of Object.entries({
  software: '/api/software/v1/verify',
  game: '/api/games/v1/verify',
})) {
  test(`asks about ${kind} at ${path}, with key, slug and token nowhere in the address`, async (context) => {
    const asked: unknown[] = [];
    const host = await listen(context, async (request, response) => {
      const body = JSON.parse((await request.toArray()).join(''));
      asked.push([request.method, request.url, request.headers.authorization, body]);
      response.writeHead(200, JSON_TYPE).end(GOOD);
    });
    const { verify: ask } = createMarketplaceVerifier({ token: SELLER_TOKEN, baseUrl: `http://${host}` });

    await ask({ ...TOOL, kind: kind as Product['kind'] }, KEY);

    assert.deepEqual(asked, [
      ['POST', path, `Bearer ${SELLER_TOKEN}`, { key: KEY, product_slug: '/my-tool' }],
    ]);
  });
}
