// The server as a seller runs it: a process of its own, with a file, that is stopped, killed and started again.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { PURCHASES, SELLER_TOKEN } from '../../src/testing/index.ts';
import { createFolder, post, run, startMarketplace, startServe } from './support.ts';

const CONFIG = {
  products: {
    '/my-tool': { seats: { 'Standard License': 1, 'Team License': 5, 'Company License': 'unlimited' } },
  },
  allowedOrigins: ['https://app.example.com'],
  rateLimits: false,
};

const { key: KEY } = PURCHASES.standard;

test('says in one line where it listens and for which products, and serves there', async (t) => {
  const marketplace = await startMarketplace(t);
  const folder = createFolder(t, CONFIG);

  const server = await startServe(t, folder, marketplace.url);
  const { status, body } = await post(server.url, '/activate', { licenseKey: KEY, deviceId: 'laptop' });

  assert.match(server.line, /^License server listening on http:\/\/127\.0\.0\.1:\d+ \(\/my-tool\)$/);
  assert.equal(status, 200);
  assert.equal(body.licenseName, 'Standard License');
  assert.ok(existsSync(join(folder, 'licenses.db')));
});

test('says it as JSON where a program reads it', async (t) => {
  const marketplace = await startMarketplace(t);

  const server = await startServe(t, createFolder(t, CONFIG), marketplace.url, [
    '--json',
    '--database',
    ':memory:',
  ]);

  const { url, ...rest } = JSON.parse(server.line);
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.deepEqual(rest, { products: ['/my-tool'], database: ':memory:' });
});

test('answers what is in flight before it stops, and exits with 0', async (t) => {
  const marketplace = await startMarketplace(t);
  marketplace.market.interfere('slow', { slowMs: 600 });
  const server = await startServe(t, createFolder(t, CONFIG), marketplace.url);
  const inFlight = Array.from({ length: 100 }, (_, number) =>
    post(server.url, '/activate', { licenseKey: PURCHASES.company.key, deviceId: `device-${number}` }),
  );
  await new Promise((resolve) => void setTimeout(resolve, 300));

  server.process.kill('SIGTERM');
  const statuses = (await Promise.all(inFlight)).map(({ status }) => status);
  const { code, err } = await server.finished;

  assert.deepEqual(statuses, Array(100).fill(200));
  assert.equal(code, 0);
  assert.match(err, /"event":"stopped"/);
});

test('is not held up by a connection that says nothing', async (t) => {
  const marketplace = await startMarketplace(t);
  const server = await startServe(t, createFolder(t, CONFIG), marketplace.url);
  const silent = connect(Number(new URL(server.url).port), '127.0.0.1');
  silent.on('error', () => {}); // it is cut off, which is the point
  await new Promise((resolve) => void silent.once('connect', resolve));

  server.process.kill('SIGINT');
  const { code } = await server.finished;

  assert.equal(code, 0);
});

test('a killed server loses no acknowledged seat, and no stranger takes one', async (t) => {
  const marketplace = await startMarketplace(t);
  const folder = createFolder(t, CONFIG);
  const first = await startServe(t, folder, marketplace.url);
  await post(first.url, '/activate', { licenseKey: KEY, deviceId: 'laptop' });
  const acknowledged = new Set<number>();
  const attempts = Array.from({ length: 200 }, async (_, number) => {
    const body = { licenseKey: PURCHASES.company.key, deviceId: `device-${number}` };
    const reply = await post(first.url, '/activate', body).catch(() => undefined);
    if (reply?.status === 200) acknowledged.add(number);
    if (acknowledged.size === 60) first.process.kill('SIGKILL');
  });
  await Promise.all(attempts);

  const second = await startServe(t, folder, marketplace.url);
  const owner = await post(second.url, '/activate', { licenseKey: KEY, deviceId: 'laptop' });
  const stranger = await post(second.url, '/activate', { licenseKey: KEY, deviceId: 'phone' });
  const { devicesUsed } = (await post(second.url, '/status', { licenseKey: PURCHASES.company.key })).body;
  const seats = await Promise.all(
    [...acknowledged].map(async (number) => {
      const body = { licenseKey: PURCHASES.company.key, deviceId: `device-${number}` };
      return (await post(second.url, '/activate', body)).body.devicesUsed;
    }),
  );

  assert.ok(acknowledged.size >= 60);
  assert.equal(owner.status, 200);
  assert.equal(stranger.body.code, 'seat_limit_reached');
  assert.ok(devicesUsed >= acknowledged.size);
  assert.deepEqual(
    seats.filter((used) => used !== devicesUsed),
    [],
  );
});

test('lives on while the marketplace is not there', async (t) => {
  const server = await startServe(t, createFolder(t, CONFIG), 'http://127.0.0.1:9');

  const { status, body } = await post(server.url, '/activate', { licenseKey: KEY, deviceId: 'laptop' });
  const alive = await fetch(`${server.url}/readyz`);

  assert.equal(status, 503);
  assert.equal(body.code, 'upstream_unavailable');
  assert.equal(alive.status, 200);
});

test('writes no key, token or device id to its log at the loudest level', async (t) => {
  const marketplace = await startMarketplace(t);
  const server = await startServe(t, createFolder(t, CONFIG), marketplace.url, ['--log', 'debug']);
  await post(server.url, '/activate', { licenseKey: KEY, deviceId: 'canary-device' });
  await post(server.url, '/activate', { licenseKey: PURCHASES.refunded.key, deviceId: 'canary-device' });
  await fetch(`${server.url}/activate?licenseKey=${KEY}`);

  server.process.kill('SIGTERM');
  const { out, err } = await server.finished;

  assert.ok(err.split('\n').length > 4);
  for (const secret of [KEY, PURCHASES.refunded.key, 'canary-device', SELLER_TOKEN])
    assert.ok(!(out + err).includes(secret), `the output holds ${secret}`);
});

test('does not start with a bad configuration, and lists everything that is wrong with it', async (t) => {
  const folder = createFolder(t, {
    products: { '/my-tool': { seats: { 'Standard License': 0 } } },
    allowedOrigin: ['https://app.example.com'],
    verdicts: { freshHours: 'often' },
  });

  const { code, out, err } = await run(folder, ['serve']);

  assert.equal(code, 1);
  assert.equal(out, '');
  assert.equal(
    err.trim(),
    `license-gate.config.json cannot be used:
  - products["/my-tool"].seats["Standard License"] must be a whole number of seats, 1 or more, or "unlimited"
  - verdicts.freshHours must be a number of hours, 0 or more (fractions are allowed)
  - allowedOrigin is not a known setting; did you mean "allowedOrigins"?
  - DIMLI_SELLER_TOKEN is not set: create a license-verification token at https://www.3dimli.com/dashboard/seller/settings/api-tokens and put it into the environment, or the path of a file with it into DIMLI_SELLER_TOKEN_FILE`,
  );
});

test('takes the token from a file', async (t) => {
  const folder = createFolder(t, { ...CONFIG, database: join('no', 'such', 'folder.db') });
  writeFileSync(join(folder, 'token'), `${SELLER_TOKEN}\n`);

  const { code, err } = await run(folder, ['serve'], { DIMLI_SELLER_TOKEN_FILE: join(folder, 'token') });

  assert.equal(code, 1);
  assert.match(err, /no\/such\/folder\.db/);
  assert.doesNotMatch(err, /DIMLI_SELLER_TOKEN|\n\s+at /);
});

test('says which file is missing, or not JSON, and what to do', async (t) => {
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN };

  const missing = await run(createFolder(t), ['serve', '--config', 'nowhere.json'], env);
  const broken = await run(createFolder(t, '{ "products": '), ['serve'], env);

  assert.deepEqual([missing.code, broken.code], [1, 1]);
  assert.match(missing.err, /nowhere\.json cannot be read \(ENOENT\): name it with --config/);
  assert.match(broken.err, /license-gate\.config\.json is not valid JSON/);
});

test('says so when the port is taken', async (t) => {
  const marketplace = await startMarketplace(t);
  const folder = createFolder(t, CONFIG);
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN };

  const { code, err } = await run(folder, ['serve', '--port', new URL(marketplace.url).port], env);

  assert.equal(code, 1);
  assert.match(err, /EADDRINUSE|in use/);
  assert.doesNotMatch(err, /\n\s+at /);
});
