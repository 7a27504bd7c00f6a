// The conformance check against our server, and against the real Express sample of the marketplace's guide.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createFakeMarketplace, PURCHASES, SELLER_TOKEN, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { createGuideServer } from '../support/guide-servers.ts';
import { serveFetch } from '../support/http.ts';
import { COMMAND, createFolder, post, run, startMarketplace, startServe } from './support.ts';

const ORIGIN = 'https://app.example.com';
const CONFIG = {
  products: { '/my-tool': { seats: { 'Standard License': 1, 'Team License': 5, 'Company License': -1 } } },
  allowedOrigins: [ORIGIN],
  rateLimits: false,
};
const EXPRESS = fileURLToPath(new URL('../support/guide-express.mjs', import.meta.url));
const { key: KEY } = PURCHASES.standard;
/** As long as a real marketplace takes: all who race have come before the first of them is answered. */
const SAMPLE_ANSWER_MS = 300;

type Test = Parameters<typeof createFolder>[0];
interface Found {
  readonly grade: string;
  readonly promise: string;
  readonly result: string;
  readonly detail?: string;
}

async function startOurs(t: Test, config: object = CONFIG) {
  return (await startServe(t, createFolder(t, config), (await startMarketplace(t)).url)).url;
}

async function startExpress(t: Test, verifiesPerMinute = 0) {
  const market = createFakeMarketplace({ verifiesPerMinute });
  market.interfere('slow', { slowMs: SAMPLE_ANSWER_MS });
  const marketplace = await startMarketplace(t, market);
  const env = { ...process.env, DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketplace.url };
  const child = spawn(process.execPath, [EXPRESS], { env, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => void child.kill());
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return /http:\S+/.exec(line.toString())?.[0] ?? '';
}

async function conform(t: Test, url: string, ...args: string[]) {
  const { code, out, err } = await run(createFolder(t), ['conform', url, '--key', KEY, '--json', ...args]);
  const result = JSON.parse(out || '{}');
  const findings: Found[] = result.findings ?? [];
  const withResult = (wanted: string) =>
    findings.filter(({ result: found }) => found === wanted).map(({ promise }) => promise);
  return { code, err, result, findings, broken: withResult('broken'), untested: withResult('untested') };
}

test('our server keeps the guide’s contract and everything beyond it, and gets its seats back', async (t) => {
  const url = await startOurs(t);

  const { code, broken, untested, findings } = await conform(t, url, '--origin', ORIGIN, '--strict');
  const status = await post(url, '/status', { licenseKey: KEY });

  assert.deepEqual([broken, untested], [[], []]);
  assert.equal(code, 0);
  assert.ok(findings.length > 30);
  assert.equal(status.body.devicesUsed, 0);
});

test('finds where the guide’s Express sample breaks its own contract', async (t) => {
  const url = await startExpress(t);

  const { code, findings, result } = await conform(t, url, '--origin', ORIGIN);
  const brokenOf = (wanted: string) =>
    findings
      .filter(({ grade, result: found }) => grade === wanted && found === 'broken')
      .map(({ promise }) => promise);
  const status = await post(url, '/status', { licenseKey: KEY });

  assert.equal(code, 1);
  assert.deepEqual(brokenOf('contract'), [
    'sells no seat twice when devices race',
    'has one set of seats for a key, also in capitals',
    'lets pages of https://app.example.com call it (preflight)',
    'lets pages of https://app.example.com read its answers',
  ]);
  assert.deepEqual(result.contract, { kept: 12, broken: 4, untested: 0 });
  const race = findings.find(({ promise }) => promise.includes('race'));
  assert.equal(race?.detail, '8 of 8 devices were activated at once, on 1 seat');
  assert.equal(status.body.devicesUsed, 0);
});

test('lists what the guide’s Express sample lacks beyond its contract', async (t) => {
  const { findings } = await conform(t, await startExpress(t));

  const lacking = findings
    .filter(({ grade, result }) => grade === 'addition' && result === 'broken')
    .map(({ promise }) => promise)
    .join('\n');
  for (const lack of [
    /code "seat_limit_reached"/,
    /code "license_invalid"/,
    /lease/,
    /as buyers paste it/,
    /lists the devices/,
    /replaceDevice/,
    /malformed JSON/,
    /text\/plain/,
    /large bodies/,
  ])
    assert.match(lacking, lack);
});

test('finds that the Express sample calls a good key invalid while the marketplace is busy, and ours does not', async (t) => {
  const busy = ['--exhaust', PURCHASES.secondStandard.key];
  const promise = 'calls no good key invalid while the marketplace is busy';

  const express = await conform(t, await startExpress(t, 30), ...busy);
  const ours = await conform(t, await startOurs(t), ...busy);

  assert.ok(express.broken.includes(promise));
  assert.ok(ours.findings.some((found) => found.promise === promise && found.result === 'kept'));
});

test('understands a server that tells its seat limit by a sentence alone, and has no /status', async (t) => {
  const server = createGuideServer('flask', new Map([[KEY, 'Standard License']]));
  const served = await serveFetch(server.fetch);
  t.after(() => served.close());

  const { findings } = await conform(t, served.url);
  const resultOf = (part: string) => findings.find(({ promise }) => promise.includes(part))?.result;

  assert.equal(resultOf('when all seats are taken'), 'kept');
  assert.equal(resultOf('gives a seat that was given up'), 'kept');
  assert.equal(resultOf('reports on a license'), 'broken');
  assert.equal(resultOf('how many devices there are'), 'broken');
});

test('what is beyond the guide counts only with --strict', async (t) => {
  const served = await serveFetch(createGuideServer('flask', new Map([[KEY, 'Standard License']])).fetch);
  t.after(() => served.close());

  const lenient = await conform(t, served.url);
  const strict = await conform(t, served.url, '--strict');

  assert.equal(lenient.result.contract.broken, 0);
  assert.ok(lenient.result.additions.broken > 0);
  assert.deepEqual([lenient.code, strict.code], [0, 1]);
});

test('starts over where a race has confused the server, and fills a license with several seats', async (t) => {
  const url = await startExpress(t);

  const { out } = await run(createFolder(t), ['conform', url, '--key', PURCHASES.team.key, '--json']);
  const { findings } = JSON.parse(out) as { findings: Found[] };
  const detailOf = (part: string) => findings.find(({ promise }) => promise.includes(part));

  assert.equal(detailOf('race')?.detail, '8 of 8 devices were activated at once, on 5 seats');
  assert.equal(detailOf('when all seats are taken')?.result, 'kept');
  assert.equal(detailOf('gives a seat that was given up')?.result, 'kept');
});

test('fills a license with several seats, and says what an unlimited one cannot show', async (t) => {
  const url = await startOurs(t);
  const args = (key: string) => ['conform', url, '--key', key, '--json'];

  const team = JSON.parse((await run(createFolder(t), args(PURCHASES.team.key))).out);
  const company = JSON.parse((await run(createFolder(t), args(PURCHASES.company.key))).out);
  const used = await Promise.all(
    [PURCHASES.team.key, PURCHASES.company.key].map(
      async (licenseKey) => (await post(url, '/status', { licenseKey })).body.devicesUsed,
    ),
  );

  assert.deepEqual([team.contract.broken, company.contract.broken], [0, 0]);
  assert.equal(team.findings.find(({ promise }: Found) => promise.includes('race')).result, 'kept');
  assert.equal(company.findings.find(({ promise }: Found) => promise.includes('race')).result, 'untested');
  assert.deepEqual(used, [0, 0]);
});

test('says so where there is nothing to check', async (t) => {
  const url = await startOurs(t);
  await post(url, '/activate', { licenseKey: KEY, deviceId: 'laptop' });
  const folder = createFolder(t);

  const nobody = await run(folder, ['conform', 'http://127.0.0.1:9', '--key', KEY]);
  const unknown = await run(folder, ['conform', url, '--key', UNKNOWN_KEY]);
  const taken = await run(folder, ['conform', url, '--key', KEY]);
  const used = await post(url, '/status', { licenseKey: KEY });

  assert.deepEqual([nobody.code, unknown.code, taken.code], [1, 1, 1]);
  assert.match(nobody.err, /Nothing answers at http:\/\/127\.0\.0\.1:9/);
  assert.match(unknown.err, /needs a key that .* activates; it answered 403 .*Invalid license key/);
  assert.match(taken.err, /All seats of this key are taken/);
  assert.equal(used.body.devicesUsed, 1);
});

test('wants a URL and a key', async (t) => {
  const folder = createFolder(t);

  const noUrl = await run(folder, ['conform', '--key', KEY]);
  const badUrl = await run(folder, ['conform', 'licenses', '--key', KEY]);
  const noKey = await run(folder, ['conform', 'http://127.0.0.1:9']);

  assert.deepEqual([noUrl.code, badUrl.code, noKey.code], [2, 2, 2]);
  assert.match(badUrl.err, /"licenses" is no URL/);
});

test('waits where the server limits requests, says so, and gives its seats back when it is stopped', async (t) => {
  const url = await startOurs(t, { ...CONFIG, rateLimits: { activatePerMinute: 9 } });
  const child = spawn(process.execPath, [COMMAND, 'conform', url, '--key', KEY], { stdio: 'pipe' });
  let err = '';
  const isWaiting = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString();
      if (err.includes('going on in')) resolve();
    });
  });

  await isWaiting;
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  const status = await post(url, '/status', { licenseKey: KEY });

  assert.equal(code, 130);
  assert.match(err, /the server limits requests: going on in \d+ s/);
  assert.equal(status.body.devicesUsed, 0);
});
