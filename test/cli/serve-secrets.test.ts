// The real process at its loudest, with a marketplace that says everything back, and buyers who put their keys in
// every wrong place: nothing of it is read again, anywhere.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import {
  FAULTS,
  PURCHASES,
  SELLER_TOKEN,
  UNKNOWN_KEY,
  createFakeMarketplace,
  type FakeMarketplace,
} from '../../src/testing/index.ts';
import { assertHoldNone } from '../support/canary.ts';
import { startPostgres } from '../support/postgres.ts';
import { createFolder, run, startMarketplace, startServe } from './support.ts';

const KEY = PURCHASES.team.key;
const DEVICE = '6d0a3c52-0d0c-4f0e-9c5e-0f5b7f6b2a11';
const OTHER_DEVICE = 'e0b7d0a4-6a37-4c7b-8f5d-3b1f5f0c9d22';
const SECRETS = [
  SELLER_TOKEN,
  DEVICE,
  OTHER_DEVICE,
  UNKNOWN_KEY,
  ...Object.values(PURCHASES).map(({ key }) => key),
];
const CONFIG = {
  products: { '/my-tool': { seats: { 'Standard License': 1, 'Team License': 5 } } },
  allowedOrigins: ['https://app.example.com'],
  rateLimits: false,
  marketplace: { verifiesPerMinute: 0 },
  devices: { newPerDay: 0 },
};

const ROUTES = ['/activate', '/deactivate', '/status', '/healthz', '/readyz', '/metrics', '/nothing'];

const postgres = await startPostgres();

/** Puts the token and the key that it was asked about into its head, its body, and the names it gives. */
function sayingAllBack(market: FakeMarketplace): FakeMarketplace {
  const fetch: FakeMarketplace['fetch'] = async (asked) => {
    const { key } = (await asked.clone().json()) as { key: string };
    const said = `${asked.headers.get('authorization')} ${key}`;
    const answer = await market.fetch(asked);
    const headers = new Headers(answer.headers);
    headers.delete('content-length');
    headers.set('x-echo', said);
    headers.set('www-authenticate', `Bearer realm="${said}"`);
    if (answer.status === 302) headers.set('location', `https://elsewhere.example/?echo=${said}`);
    if (answer.status === 429) headers.set('retry-after', '1');
    const text = (await answer.text())
      .replace('"My Tool"', `"My Tool for ${said}"`)
      .replace('"Professional"', `"Professional ${said}"`)
      .replace('"Windows"', `"Windows ${said}"`);
    const isVerdict = answer.status === 200 && text.startsWith('{"valid":');
    const body = isVerdict ? text : `${text} ${said}`;
    return new Response(answer.status === 204 ? null : body, { status: answer.status, headers });
  };
  return { ...market, fetch };
}

/** A server with its marketplace, and everything that it has answered. */
async function openShop(t: Parameters<typeof createFolder>[0], database = 'licenses.db') {
  const market = createFakeMarketplace({ verifiesPerMinute: 0 });
  const folder = createFolder(t, { ...CONFIG, database });
  const { url: marketUrl } = await startMarketplace(t, sayingAllBack(market));
  const server = await startServe(t, folder, marketUrl, ['--log', 'debug']);
  const answers: string[] = [];

  /** With headers that `fetch` would refuse to send. */
  const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
    new Promise<number>((resolve, reject) => {
      const asking = request(`${server.url}${path}`, { method, headers, agent: false }, (answer) => {
        let text = `${answer.statusMessage} ${answer.rawHeaders.join(' ')} `;
        answer.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
        answer.on('end', () => {
          answers.push(text);
          resolve(answer.statusCode ?? 0);
        });
      });
      asking.on('error', reject).end(body);
    });

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    send(
      'POST',
      path,
      { 'content-type': 'application/json', ...headers },
      typeof body === 'string' ? body : JSON.stringify(body),
    );

  const sendBytes = (bytes: string) =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (chunk: Buffer) => answers.push(chunk.toString('latin1')));
      socket.on('close', () => resolve());
      socket.on('error', () => {}); // cut off: what came before is the answer
    });

  return { market, marketUrl, folder, server, answers, send, post, sendBytes };
}

type Shop = Awaited<ReturnType<typeof openShop>>;

/** What buyers and programs get wrong. */
async function putKeysEverywhere({ send, post, sendBytes }: Shop): Promise<void> {
  const smart = KEY.replaceAll('-', '–').toUpperCase();
  for (const route of ROUTES) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD']) {
      await send(method, `${route}/${KEY}`);
      await send(method, `${route}/${KEY.replaceAll('-', '%2D')}/${encodeURIComponent(smart)}?key=${KEY}`);
      await send(method, `${route}?licenseKey=${KEY}&token=${SELLER_TOKEN}`);
      await send(method, route, {
        authorization: `Bearer ${SELLER_TOKEN}`,
        'user-agent': `Tool/1.0 (${KEY}; ${DEVICE})`,
        referer: `https://app.example.com/?key=${KEY}`,
        cookie: `key=${KEY}`,
        'x-forwarded-for': KEY,
        'x-request-id': KEY,
        'content-type': `application/json; key=${KEY}`,
      });
      await send(method, route, { origin: `https://${KEY}.example` });
    }
  }
  for (const route of ['/activate', '/deactivate', '/status']) {
    const good = { licenseKey: KEY, deviceId: DEVICE };
    for (const field of ['licenseKey', 'deviceId', 'product', 'deviceLabel', 'replaceDevice', 'device', KEY])
      for (const value of [KEY, smart, KEY.replaceAll('-', ''), [KEY], { [KEY]: KEY }, `${KEY}\0`])
        await post(route, { ...good, deviceId: `${DEVICE}-2`, [field]: value });
    await post(route, { ...good, deviceLabel: `Chrome for ${smart} on ${DEVICE}` });
    for (const type of ['text/plain', `application/${KEY}`, 'multipart/form-data', ''])
      await post(route, good, { 'content-type': type });
    for (const body of [`{"licenseKey":"${KEY}"`, `licenseKey=${KEY}`, `${KEY}`, `"${KEY}"`, KEY.repeat(200)])
      await post(route, body);
    await post(route, good, { origin: `https://${KEY}.example` });
  }
  await sendBytes(`BREW /${KEY} HTTP/1.1\r\n\r\n`);
  await sendBytes(`${KEY}\r\n\r\n`);
  await sendBytes(`GET /${KEY} HTTP/1.1\r\nHost: ${KEY} ${KEY}\r\n\r\n`);
  await sendBytes(`GET /healthz HTTP/1.1\r\nHost: a\r\nX-Key: ${KEY.repeat(2000)}\r\n\r\n`);
}

/** Every fault once, each with a new key so that the marketplace is asked. */
async function failInEveryWay({ market, post }: Shop): Promise<void> {
  const late: Promise<number>[] = [];
  const last = 'rate-limited'; // after which nobody is asked for a second
  for (const fault of [...FAULTS.filter((each) => each !== last), last] as const) {
    await post('/activate', { licenseKey: crypto.randomUUID(), deviceId: DEVICE }); // asked about, so no rest is due
    const key = crypto.randomUUID();
    market.interfere(fault, { slowMs: 6_000 });
    const answer = post('/activate', { licenseKey: key, deviceId: DEVICE });
    SECRETS.push(key);
    if (fault === 'slow' || fault === 'hanging') late.push(answer);
    else assert.equal(await answer, 503, fault);
    while (market.callsFor(key) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    market.interfere();
  }
  assert.deepEqual(await Promise.all(late), [503, 503]);
}

async function useEveryCommand({ folder, marketUrl, market }: Shop): Promise<string> {
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketUrl };
  let said = '';
  const say = async (args: readonly string[], input?: string) => {
    const { out, err } = await run(folder, args, env, input);
    said += out + err;
  };
  for (const json of [[], ['--json']]) {
    await say(['devices', KEY, ...json]);
    await say(['devices', '-', ...json], `${KEY}\n`);
    await say(['devices', UNKNOWN_KEY, ...json]);
    await say(['release', KEY, '--device', 'no-such-handle', ...json]);
    await say(['ban', KEY, ...json]);
    await say(['unban', KEY, ...json]);
    await say(['check', '--key', PURCHASES.withVariant.key, '--product', '/my-tool', ...json]);
    market.interfere('token-refused');
    await say(['check', '--key', KEY, '--product', '/my-tool', ...json]);
    market.interfere();
    await say(['keys', 'rotate', '--force', ...json]);
  }
  assert.match(said, /Team License/);
  return said;
}

async function activateAndMistake(shop: Shop): Promise<void> {
  for (const { key } of Object.values(PURCHASES))
    for (const deviceId of [DEVICE, OTHER_DEVICE]) {
      await shop.post('/activate', { licenseKey: key, deviceId, deviceLabel: `Chrome, ${key}` });
      await shop.post('/status', { licenseKey: key, deviceId });
    }
  await putKeysEverywhere(shop);
  await shop.send('GET', '/metrics');
}

test('on an SQLite file: log, output, answers, metrics, commands and the file hold no key, token or device id', async (t) => {
  const shop = await openShop(t);
  const filesNow = () =>
    readdirSync(shop.folder)
      .filter((name) => name.startsWith('licenses.db'))
      .map((name) => readFileSync(join(shop.folder, name), 'latin1'))
      .join('\n');

  await activateAndMistake(shop);
  await failInEveryWay(shop);
  const commands = await useEveryCommand(shop);
  const files = filesNow();
  new DatabaseSync(join(shop.folder, 'licenses.db')).exec('DROP TABLE seats; DROP TABLE licenses'); // somebody's mistake
  const broken = await Promise.all(
    Object.values(PURCHASES).map(({ key }) =>
      shop.post('/activate', { licenseKey: key, deviceId: crypto.randomUUID(), deviceLabel: key }),
    ),
  );
  shop.server.process.kill('SIGTERM');
  const { out, err } = await shop.server.finished;
  const restarted = await run(shop.folder, ['serve', '--port', '0'], { DIMLI_SELLER_TOKEN: SELLER_TOKEN });

  assert.ok(broken.includes(503));
  assert.equal(restarted.code, 1);
  assert.ok(shop.answers.length > 300 && err.split('\n').length > 300);
  assert.ok(files.includes('Team License'));
  assert.match(err, /"event":"failed"/);
  assertHoldNone(SECRETS, {
    'the output': out,
    'the log': err,
    'an answer': shop.answers.join('\n'),
    'a command': commands,
    'the database': files,
    'what is left of the database': filesNow(),
    'the restart': restarted.out + restarted.err,
  });
});

test('on PostgreSQL: log, answers, and every row of every table hold no key, token or device id', async (t) => {
  const database = await postgres.newDatabase();
  const shop = await openShop(t, database);

  await activateAndMistake(shop);
  const tables = await postgres.query(
    database,
    `SELECT tablename FROM pg_tables WHERE schemaname = 'license_gate'`,
  );
  const rows = await Promise.all(
    tables.map(({ tablename }) =>
      postgres.query(database, `SELECT * FROM license_gate.${String(tablename)}`),
    ),
  );
  const dump = JSON.stringify(rows);
  await postgres.query(database, 'DROP SCHEMA license_gate CASCADE'); // somebody's mistake
  const broken = await shop.post('/activate', { licenseKey: KEY, deviceId: DEVICE });
  shop.server.process.kill('SIGTERM');
  const { out, err } = await shop.server.finished;

  assert.equal(broken, 503);
  assert.ok(dump.includes('Team License'));
  assertHoldNone(SECRETS, {
    'the output': out,
    'the log': err,
    'an answer': shop.answers.join('\n'),
    'the database': Buffer.from(dump).toString('latin1'),
  });
});

test('a server that breaks down says why in its log, without the key that the error quotes, and exits with 1', async (t) => {
  const script = `const { log } = console;
    console.log = (line) => {
      log(line);
      setImmediate(() => { throw new Error('cannot read ${KEY} with ${SELLER_TOKEN}'); });
    };`;
  const env = {
    DIMLI_SELLER_TOKEN: SELLER_TOKEN,
    NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(script)}`,
  };

  const { code, out, err } = await run(createFolder(t, CONFIG), ['serve', '--port', '0'], env);

  assert.equal(code, 1);
  assert.match(
    err,
    /"level":"error","event":"crashed","cause":"Error: cannot read \[redacted\] with \[redacted\]/,
  );
  assertHoldNone(SECRETS, { 'the output': out, 'the log': err });
});

test('a database that does not answer is named without its password', async (t) => {
  const folder = createFolder(t, {
    ...CONFIG,
    database: 'postgres://seller:canary-word@127.0.0.1:9/licenses',
  });

  const { code, out, err } = await run(folder, ['serve', '--port', '0'], {
    DIMLI_SELLER_TOKEN: SELLER_TOKEN,
  });

  assert.equal(code, 1);
  assert.match(err, /The database postgres:\/\/127\.0\.0\.1:9\/licenses cannot be used/);
  assertHoldNone(['canary-word'], { 'the output': out, 'the log': err });
});
