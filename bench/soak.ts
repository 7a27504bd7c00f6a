// Minutes of everything that comes to a server at once, over HTTP and on an SQLite file: does anything grow that
// should not? Prints growth a minute, and ends with 1 where it is more than measuring is uncertain by.
//
//   npm run bench:soak [minutes]     2, or as many as are told, up to 120
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FAULTS, PURCHASES, createFakeMarketplace } from '../src/testing/index.ts';
import { serveFetch } from '../test/support/http.ts';
import { fileAt, start, type Holdings } from './contender.ts';

const MINUTES = Math.min(Math.max(Number(process.argv[2] ?? 2) || 2, 0.5), 120);
const REQUESTS_A_SECOND = 200;
const SAMPLES = 24;
/** Until caches are full and the code is compiled. */
const WARM_UP_SHARE = 0.4;

interface Sample extends Holdings {
  readonly databaseMb: number;
  readonly walMb: number;
}

/**
 * How much each may grow in a minute. What the process has of the system goes up for the first minutes, in which V8 and the
 * allocator keep what they once needed; SQLite's log goes up to 4 MB and is then written anew from its beginning; wrong
 * keys are remembered for up to twenty minutes.
 */
const MOST_A_MINUTE: Readonly<Record<keyof Sample, number>> = {
  heapMb: MINUTES < 10 ? 1.5 : 0.2,
  rssMb: MINUTES < 10 ? 80 / MINUTES : 1,
  connections: 70 / MINUTES, // 64 are kept, and those to the marketplace
  otherHandles: 4 / MINUTES,
  databaseMb: MINUTES < 10 ? 0.5 : 0.1,
  walMb: 5 / MINUTES,
};

const folder = mkdtempSync(join(tmpdir(), 'license-gate-soak-'));
const database = join(folder, 'licenses.db');
const marketplace = createFakeMarketplace({ verifiesPerMinute: 0 });
const keys = Array.from({ length: 100 }, () => crypto.randomUUID());
for (const key of keys) marketplace.add({ ...PURCHASES.company, key });
const market = await serveFetch(marketplace.fetch);
writeFileSync(
  join(folder, 'license-gate.config.json'),
  JSON.stringify({
    products: { '/my-tool': { seats: { 'Company License': 'unlimited' } } },
    allowedOrigins: ['https://app.example.com'],
    database,
    marketplace: { verifiesPerMinute: 600 },
    verdicts: { freshHours: 0.002, staleHours: 0.01, confirmMinutes: 1 }, // they age in seconds, and are asked for again
    rateLimits: { activatePerMinute: 100, statusPerMinute: 100 },
    trustedProxies: ['127.0.0.1'],
  }),
);
const serve = [
  'serve',
  '--port',
  '0',
  '--log',
  'error',
  '--config',
  join(folder, 'license-gate.config.json'),
];
const server = await start('license-gate', [fileAt('../dist/cli/main.js'), ...serve], {
  DIMLI_API_URL: market.url,
});
const { hostname, port } = new URL(server.url);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const statuses = new Map<number, number>();
let sent = 0;

try {
  const samples = await soak();
  report(samples);
} finally {
  agent.destroy();
  await server.stop();
  await market.close();
  rmSync(folder, { recursive: true, force: true });
}

async function soak(): Promise<Sample[]> {
  const samples: Sample[] = [];
  const started = performance.now();
  const underWay = new Set<Promise<void>>();
  console.log(`${MINUTES} minutes at ${REQUESTS_A_SECOND} requests a second`);
  for (let place = 1; place <= SAMPLES; place += 1) {
    const until = started + (place / SAMPLES) * MINUTES * 60_000;
    marketplace.interfere(place % 6 === 5 ? FAULTS[Math.floor(place / 6) % FAULTS.length] : undefined);
    while (performance.now() < until) {
      const due = Math.min(((performance.now() - started) / 1000) * REQUESTS_A_SECOND, sent + 100);
      while (sent < due) {
        const one = visit((sent += 1)).finally(() => underWay.delete(one));
        underWay.add(one);
      }
      await wait(10);
    }
    samples.push({ ...(await server.holdings()), databaseMb: sizeOf(''), walMb: sizeOf('-wal') });
  }
  marketplace.interfere();
  await Promise.all(underWay);
  return samples;
}

/** Of twenty visitors: eleven come back, two leave and return, one tries keys, two write nonsense, and so on. */
async function visit(number: number): Promise<void> {
  const licenseKey = keys[number % keys.length] ?? '';
  const device = `device-${number % 1_000}`;
  switch (number % 20) {
    case 0:
      await post('/activate', { licenseKey, deviceId: `guest-${number % 500}` });
      return post('/deactivate', { licenseKey, deviceId: `guest-${number % 500}` });
    case 1:
      return post('/activate', { licenseKey: crypto.randomUUID(), deviceId: device });
    case 2:
      return post('/activate', { licenseKey: 'no key at all', deviceId: device });
    case 3:
      return post('/activate', `{"licenseKey":"${licenseKey}"`);
    case 4:
      return post(`/${crypto.randomUUID()}`, 'x'.repeat(6_000));
    case 5:
      return post('/status', { licenseKey });
    case 6:
      return post('/status', { licenseKey, deviceId: device });
    case 7:
      return number % 200 === 7 ? send('GET', '/metrics') : send('GET', '/readyz');
    default:
      return post('/activate', { licenseKey, deviceId: device, deviceLabel: 'Chrome on Mac' });
  }
}

function post(path: string, body: unknown): Promise<void> {
  return send('POST', path, typeof body === 'string' ? body : JSON.stringify(body));
}

/** From everywhere: an address of its own each. */
function send(method: string, path: string, body?: string): Promise<void> {
  const from = `10.${(sent >> 16) & 255}.${(sent >> 8) & 255}.${sent & 255}`;
  const headers = { 'content-type': 'application/json', 'x-forwarded-for': from };
  return new Promise((resolve) => {
    const count = (status: number) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      resolve();
    };
    const asking = request({ hostname, port, path, method, headers, agent }, (answer) => {
      answer.resume().on('end', () => count(answer.statusCode ?? 0));
    });
    // A kept connection may have been closed for idleness in the moment in which it was taken again.
    asking.on('error', () => (asking.reusedSocket ? resolve(send(method, path, body)) : count(0)));
    asking.end(body);
  });
}

function report(samples: readonly Sample[]): void {
  const settled = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const third = Math.floor(settled.length / 3);
  const minutesApart = ((settled.length - third) / SAMPLES) * MINUTES;
  console.log(`${sent} visits, answered ${JSON.stringify(Object.fromEntries([...statuses].toSorted()))}\n`);
  for (const name of Object.keys(MOST_A_MINUTE) as (keyof Sample)[]) {
    const first = least(settled.slice(0, third).map((sample) => sample[name]));
    const last = least(settled.slice(-third).map((sample) => sample[name]));
    const growth = (last - first) / minutesApart;
    const isFine = growth <= MOST_A_MINUTE[name];
    if (!isFine) process.exitCode = 1;
    console.log(
      [
        isFine ? 'ok  ' : 'GROWS',
        name.padEnd(13),
        `${first.toFixed(2)} → ${last.toFixed(2)}`.padEnd(20),
        `${growth >= 0 ? '+' : ''}${growth.toFixed(2)} a minute (at most ${MOST_A_MINUTE[name].toFixed(2)})`,
      ].join(' '),
    );
  }
  if ((statuses.get(0) ?? 0) > 0 || (statuses.get(500) ?? 0) > 0) process.exitCode = 1;
}

/** What is held whatever is under way at the moment. */
function least(values: readonly number[]): number {
  return Math.min(...values);
}

function sizeOf(ending: string): number {
  return (statSync(database + ending, { throwIfNoEntry: false })?.size ?? 0) / 2 ** 20;
}
