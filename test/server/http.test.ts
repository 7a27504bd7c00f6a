// On a real port: requests that share a connection, each sent before the one ahead of it was answered.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { createMemoryStore } from '../../src/server/index.ts';
import { createHttpServer } from '../../src/server/http.ts';
import type { Respond } from '../../src/server/visit.ts';
import { createSqliteStore } from '../../src/server/stores/sqlite.ts';
import { PURCHASES } from '../../src/testing/index.ts';
import { createTestServer } from './support.ts';

async function listen(t: TestContext, respond: Respond) {
  const server = createHttpServer(respond);
  await once(server.http.listen(0, '127.0.0.1'), 'listening');
  t.after(() => server.http.closeAllConnections());
  t.after(() => server.http.close());
  const { port } = server.http.address() as AddressInfo; // it listens on TCP
  return { server, open: () => connect(port, '127.0.0.1').on('error', () => {}) };
}

function requestFor(path: string, fields: object, ...headers: readonly string[]): string {
  const body = JSON.stringify(fields);
  const lines = ['Host: a', 'Content-Type: application/json', `Content-Length: ${body.length}`, ...headers];
  return [`POST ${path} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

const STORES = {
  memory: () => createMemoryStore(),
  'a SQLite file': (t: TestContext) => {
    const folder = mkdtempSync(join(tmpdir(), 'license-gate-'));
    t.after(() => rmSync(folder, { recursive: true }));
    return createSqliteStore(join(folder, 'licenses.db'));
  },
};

for (const [name, createStore] of Object.entries(STORES))
  test(`a device that gives its seat up and asks for one in the same breath has one (${name})`, async (t) => {
    const licensed = createTestServer({ store: createStore(t) });
    const { open } = await listen(t, licensed.server.respond);
    const { key: licenseKey } = PURCHASES.company;
    const device = { licenseKey, deviceId: 'laptop' };
    for (let visit = 0; visit < 3; visit += 1) {
      const socket = open();
      const answers = once(socket, 'close');
      socket.resume();
      socket.write(requestFor('/activate', device)); // so that the same question has been answered before
      socket.write(requestFor('/activate', device));
      socket.write(requestFor('/deactivate', device));
      socket.write(requestFor('/activate', device, 'Connection: close'));
      await answers;

      const { body } = await licensed.status(licenseKey, { deviceId: 'laptop' });

      assert.equal(body.devices?.length, 1);
    }
    await licensed.server.close();
  });

test('a request that had to wait belongs to no turn: what it finds out is too early for those that are read next', async (t) => {
  const turns: (object | undefined)[] = [];
  const { open } = await listen(t, ({ turn }) => {
    turns.push(turn?.());
    return { status: 200, headers: {}, body: '{}' };
  });
  const socket = open();
  const answers = once(socket, 'close');
  socket.resume();

  socket.write(requestFor('/status', {}) + requestFor('/status', {}, 'Connection: close'));

  await answers;
  assert.deepEqual(
    turns.map((turn) => typeof turn),
    ['object', 'undefined'],
  );
});

test('requests that wait on a connection whose client has gone hold nobody up', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { server, open } = await listen(t, async () => {
    await gate.promise;
    return { status: 200, headers: {}, body: '{}' };
  });
  const begun = once(server.http, 'request');
  const socket = open();
  socket.write(requestFor('/status', {}).repeat(5));
  await begun;
  socket.destroy();
  const done = server.done();

  gate.resolve();

  await done;
});

test('a connection on which more requests wait than anybody has to send is cut', async (t) => {
  const { server, open } = await listen(t, () => new Promise(() => {}));
  const begun = once(server.http, 'request');
  const socket = open().resume();
  const closed = once(socket, 'close');

  socket.write(requestFor('/status', {}).repeat(200));

  await begun;
  await closed;
});
