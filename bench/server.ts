// How many requests of an active device our built server answers, beside the guide's Express sample and a bare
// echo. They take turns in one run, since only the ratios mean something on a shared machine.
import autocannon from 'autocannon';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PURCHASES, SELLER_TOKEN, createFakeMarketplace } from '../src/testing/index.ts';
import { serveFetch } from '../test/support/http.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const SECONDS = Number(process.env['SECONDS'] ?? 3);
const CONNECTIONS = 32;
const { key } = PURCHASES.team;
const BODIES = {
  '/activate': JSON.stringify({ licenseKey: key, deviceId: 'bench-device' }),
  '/status': JSON.stringify({ licenseKey: key }),
};

interface Contender {
  readonly name: string;
  readonly url: string;
  readonly process: ChildProcess;
}

interface Score {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'license-gate-bench-'));
const marketplace = createFakeMarketplace({ verifiesPerMinute: 0 });
const market = await serveFetch(marketplace.fetch);

const contenders = [
  await start('bare echo', [file('echo-server.mjs')]),
  await start("guide's Express sample", [file('guide-server.mjs')]),
  await start('license-gate, SQLite', [
    file('../dist/cli/main.js'),
    'serve',
    '--port',
    '0',
    '--log',
    'warn',
    '--config',
    config(),
  ]),
];
try {
  for (const path of ['/activate', '/status'] as const) await compare(path);
} finally {
  for (const { process } of contenders) process.kill();
  await market.close();
  rmSync(folder, { recursive: true, force: true });
}

async function compare(path: keyof typeof BODIES): Promise<void> {
  const scores = new Map<string, Score[]>(contenders.map(({ name }) => [name, []]));
  for (const contender of contenders) await load(contender, '/activate', 1); // the device takes its seat
  for (let round = 0; round < ROUNDS; round++)
    for (const contender of contenders)
      scores.get(contender.name)?.push(await load(contender, path, SECONDS));

  const [ceiling] = contenders.map(({ name }) => rateOf(scores.get(name)));
  console.log(
    `\nPOST ${path} of an active device, ${ROUNDS} × ${SECONDS} s in turns, ${CONNECTIONS} connections`,
  );
  for (const { name } of contenders) {
    const all = scores.get(name) ?? [];
    const rate = rateOf(all);
    const share = (rate / (ceiling ?? Number.NaN)).toFixed(2);
    const p99 = median(all.map((score) => score.p99));
    console.log(
      `${name.padEnd(24)} ${String(Math.round(rate)).padStart(7)} /s  ${share} × echo  p99 ${p99} ms`,
    );
  }
}

function rateOf(scores: readonly Score[] = []): number {
  return median(scores.map(({ rate }) => rate));
}

async function load({ name, url }: Contender, path: keyof typeof BODIES, duration: number): Promise<Score> {
  const result = await autocannon({
    url: url + path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: BODIES[path],
    connections: CONNECTIONS,
    duration,
  });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${name}: ${result.non2xx} refusals, ${result.errors} errors`);
  return { rate: result.requests.average, p50: result.latency.p50, p99: result.latency.p99 };
}

function start(name: string, args: readonly string[]): Promise<Contender> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: market.url },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
    child.stdout.on('data', (chunk) => {
      const url = /listening on (http:\/\/\S+)/.exec(String(chunk))?.[1];
      if (url) resolve({ name, url, process: child });
    });
  });
}

function config(): string {
  const path = join(folder, 'license-gate.config.json');
  const seats = { 'Team License': 5 };
  const database = join(folder, 'licenses.db');
  writeFileSync(
    path,
    JSON.stringify({ products: { '/my-tool': { seats } }, allowedOrigins: [], database, rateLimits: false }),
  );
  return path;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
