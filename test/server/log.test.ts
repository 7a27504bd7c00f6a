import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createJsonLog,
  createRedactedLog,
  secretsIn,
  shownDatabase,
  type Log,
} from '../../src/server/index.ts';
import { PURCHASES, SELLER_TOKEN } from '../../src/testing/index.ts';
import { configOf, createTestServer } from './support.ts';

const SUPPLIED = 'a long secret that the environment supplies';
const { key: KEY } = PURCHASES.team;

function createLog() {
  const lines: string[] = [];
  const log: Log = createJsonLog(
    (line) => void lines.push(line),
    () => 0,
  );
  return { lines, log };
}

test('an event is one line of JSON with its time, level and fields', () => {
  const { lines, log } = createLog();

  log('warn', 'happened', { count: 1, isOk: true, none: undefined, text: 'a\nb' });

  assert.deepEqual(lines, [
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"happened","count":1,"isOk":true,"text":"a\\nb"}',
  ]);
});

test('keys, device ids and known secrets are taken out of every field but the request’s own id', () => {
  const { lines, log } = createLog();
  const requestId = crypto.randomUUID();

  createRedactedLog(log, [SELLER_TOKEN])('error', 'failed', {
    requestId,
    cause: `Error: ${KEY} with Bearer ${SELLER_TOKEN}\n    at work (file:///app.js:1:2)`,
    device: crypto.randomUUID(),
  });

  const { time: _time, ...rest } = JSON.parse(lines.join(''));
  assert.deepEqual(rest, {
    level: 'error',
    event: 'failed',
    requestId,
    cause: 'Error: [redacted] with Bearer [redacted]\n    at work (file:///app.js:1:2)',
    device: '[redacted]',
  });
});

test('what a host’s own log gets to hear is redacted, too', async () => {
  const { activate, store, log } = createTestServer();
  store.findLicense = () => Promise.reject(new Error(`no row for ${KEY} with ${SELLER_TOKEN}`));

  const { status } = await activate(KEY, 'laptop');

  assert.equal(status, 503);
  assert.match(log.join('\n'), /no row for \[redacted\] with \[redacted\]/);
});

test('the secrets of a configuration are the token, what the environment supplies, and the database’s password', () => {
  const config = configOf(
    { database: 'postgres://seller:pass%20word@db.example/licenses' },
    { LICENSE_GATE_HASH_SECRET: SUPPLIED },
  );

  assert.deepEqual(
    secretsIn(config).filter((secret) => secret !== undefined),
    [SELLER_TOKEN, SUPPLIED, 'pass%20word'],
  );
});

test('a database is shown without its user and password', () => {
  assert.equal(
    shownDatabase('postgres://seller:secret@db.example/licenses'),
    'postgres://db.example/licenses',
  );
  assert.equal(shownDatabase('/srv/licenses.db'), '/srv/licenses.db');
});
