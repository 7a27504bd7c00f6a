// What our built server costs beside the guide's Express sample and a bare echo: requests of active devices, and
// devices that come new. They take turns in one run, since only the ratios mean something on a shared machine.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PURCHASES, createFakeMarketplace } from '../src/testing/index.ts';
import { serveFetch } from '../test/support/http.ts';
import { fileAt, start, type Contender } from './contender.ts';
import { load, type Load } from './load.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const SECONDS = Number(process.env['SECONDS'] ?? 3);
const CONNECTIONS = 32;
const LICENSES = 200;
const DEVICES_PER_LICENSE = 5;

interface Score {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  /** of the server's process, for one request */
  readonly cpuMicros: number;
}

interface Round {
  readonly title: string;
  readonly path: string;
  readonly bodies: () => readonly string[];
}

const keys = Array.from({ length: LICENSES }, () => crypto.randomUUID());
const active = keys.flatMap((licenseKey) =>
  Array.from({ length: DEVICES_PER_LICENSE }, () => ({ licenseKey, deviceId: crypto.randomUUID() })),
);
const asBodies = (requests: readonly object[]) => requests.map((request) => JSON.stringify(request));
const newDevices = () =>
  Array.from({ length: 20_000 }, (_, number) => ({
    licenseKey: keys[number % keys.length],
    deviceId: crypto.randomUUID(),
  }));

const COMPARED: readonly Round[] = [
  { title: 'POST /activate of an active device', path: '/activate', bodies: () => asBodies(active) },
  {
    title: 'POST /status of an active license',
    path: '/status',
    bodies: () => asBodies(keys.map((licenseKey) => ({ licenseKey }))),
  },
  { title: 'POST /activate of a new device', path: '/activate', bodies: () => asBodies(newDevices()) },
];

const folder = mkdtempSync(join(tmpdir(), 'license-gate-bench-'));
const marketplace = createFakeMarketplace({ verifiesPerMinute: 0 });
for (const key of keys) marketplace.add({ ...PURCHASES.company, key });
const market = await serveFetch(marketplace.fetch);
const serve = ['serve', '--port', '0', '--log', 'warn', '--config', config()];
const contenders = [
  await start('bare echo', [fileAt('echo-server.mjs')], market.url),
  await start("guide's Express sample", [fileAt('guide-server.mjs')], market.url),
  await start('license-gate, SQLite', [fileAt('../dist/cli/main.js'), ...serve], market.url),
];
try {
  for (const contender of contenders) await seatAll(contender);
  for (const round of COMPARED) await compare(round);
  console.log('\nMemory after it all');
  for (const { name, usage } of contenders)
    console.log(`${name.padEnd(24)} ${Math.round((await usage()).memoryMb)} MB`);
} finally {
  await Promise.all(contenders.map((contender) => contender.stop()));
  await market.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Every device takes its seat, and the servers warm up. */
async function seatAll(contender: Contender): Promise<void> {
  for (const path of ['/activate', '/status'])
    await measure(contender, { path, bodies: asBodies(active), seconds: 1 });
}

async function compare({ title, path, bodies }: Round): Promise<void> {
  const scores = new Map<string, Score[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const contender of contenders)
      scores
        .get(contender.name)
        ?.push(await measure(contender, { path, bodies: bodies(), seconds: SECONDS }));

  console.log(`\n${title}, ${ROUNDS} × ${SECONDS} s in turns, ${CONNECTIONS} connections`);
  const [echo, sample] = contenders.map(({ name }) => medianOf(scores.get(name) ?? []));
  for (const { name } of contenders) {
    const { rate, p50, p99, cpuMicros } = medianOf(scores.get(name) ?? []);
    console.log(
      [
        name.padEnd(24),
        `${Math.round(rate)} /s`.padStart(9),
        `${(rate / (echo?.rate ?? Number.NaN)).toFixed(2)} × echo`,
        `${(rate / (sample?.rate ?? Number.NaN)).toFixed(2)} × sample`,
        `p50 ${p50.toFixed(2)} ms`,
        `p99 ${p99.toFixed(2)} ms`,
        `CPU ${Math.round(cpuMicros)} µs a request`,
      ].join('  '),
    );
  }
}

async function measure(
  contender: Contender,
  what: Pick<Load, 'path' | 'bodies' | 'seconds'>,
): Promise<Score> {
  const before = await contender.usage();
  const result = await load({ url: contender.url, connections: CONNECTIONS, ...what });
  const after = await contender.usage();
  const refused = [...result.statuses].filter(([status]) => status !== 200);
  if (refused.length > 0) throw new Error(`${contender.name} answered ${JSON.stringify(refused)}`);
  const cpuMicros = ((after.cpuMs - before.cpuMs) * 1000) / result.requests;
  return { rate: result.rate, p50: result.p50, p99: result.p99, cpuMicros };
}

function medianOf(scores: readonly Score[]): Score {
  const of = (read: (score: Score) => number) =>
    scores.map(read).toSorted((a, b) => a - b)[Math.floor(scores.length / 2)] ?? Number.NaN;
  return {
    rate: of(({ rate }) => rate),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    cpuMicros: of(({ cpuMicros }) => cpuMicros),
  };
}

function config(): string {
  const path = join(folder, 'license-gate.config.json');
  const products = { '/my-tool': { seats: { 'Company License': 'unlimited' } } };
  const database = join(folder, 'licenses.db');
  const free = { rateLimits: false, marketplace: { verifiesPerMinute: 0 } };
  writeFileSync(path, JSON.stringify({ products, allowedOrigins: ['*'], database, ...free }));
  return path;
}
