// A server that runs for years: the same days again and again leave nothing behind, neither in memory nor in its
// database, whoever comes. How it does under real load over minutes, `npm run bench:soak` measures.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createLicenseServer,
  createMemoryStore,
  type LicenseStore,
  type Verdict,
} from '../../src/server/index.ts';
import { createSqliteStore } from '../../src/server/stores/sqlite.ts';
import { HOUR_MS, ORIGIN, configOf, createClock } from './support.ts';

const ROUNDS_BEFORE = 45;
/** What is remembered comes and goes, so the heap goes up and down; a leak makes it grow in every stretch. */
const STRETCHES = 5;
const ROUNDS_IN_A_STRETCH = 60;
/** A round is two hundred requests; a list that kept a word of each would need twice as much. */
const MOST_GROWTH_BYTES = 400_000;

const LIMITS = { activatePerMinute: 10, unknownKeysPerMinute: 5 };
const KNOWN_KEYS: readonly string[] = Array.from({ length: 20 }, () => crypto.randomUUID());

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function createBusyServer(store: LicenseStore) {
  const clock = createClock();
  let obstacle: Extract<Verdict, { kind: 'unknown' }>['why'] | undefined;
  const verify = async (_product: unknown, key: string): Promise<Verdict> => {
    if (obstacle) return { kind: 'unknown', why: obstacle, retryAfterMs: 9_000 };
    return KNOWN_KEYS.includes(key) ? { kind: 'valid', licenseName: 'Company License' } : { kind: 'invalid' };
  };
  const config = configOf({ rateLimits: LIMITS, marketplace: { verifiesPerMinute: 0 } });
  const server = createLicenseServer({ config, store, verifier: { verify }, now: clock.now });
  let addresses = 0;

  async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<void> {
    const request = new Request(`http://license.test${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const remoteAddress = `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
    addresses += 1;
    await (await server.fetch(request, { incoming: { socket: { remoteAddress } } })).text();
  }

  /** An hour with everybody in it. */
  async function live(hour: number): Promise<void> {
    for (const licenseKey of KNOWN_KEYS) {
      await post('/activate', { licenseKey, deviceId: 'laptop', deviceLabel: 'Chrome on Mac' });
      const deviceId = `phone of ${licenseKey}`; // what is remembered of devices has a limit of its own
      await post('/activate', { licenseKey, deviceId });
      await post('/status', { licenseKey, deviceId });
      await post('/deactivate', { licenseKey, deviceId });
      await post('/activate', { licenseKey: crypto.randomUUID(), deviceId });
      await post('/activate', { licenseKey: 'no key', deviceId });
      await post(`/${crypto.randomUUID()}`, `{"licenseKey":"${licenseKey}"`, { origin: ORIGIN });
      await post('/activate', 'x'.repeat(5_000), { origin: `https://${crypto.randomUUID()}.example` });
    }
    obstacle = (['unreachable', 'busy', 'garbled', 'refused'] as const)[hour % 4];
    for (let number = 0; number < 20; number += 1)
      await post('/activate', { licenseKey: crypto.randomUUID(), deviceId: 'phone' });
    await post('/activate', { licenseKey: KNOWN_KEYS[hour % 20], deviceId: 'laptop' });
    obstacle = undefined;
    await server.app.request('/readyz');
    await server.app.request('/metrics');
    clock.advance(HOUR_MS);
  }

  return { server, live };
}

const inUse = () => {
  collectGarbage();
  return { heap: process.memoryUsage().heapUsed, resources: process.getActiveResourcesInfo().length };
};

test('hours of everything leave no memory, timer or handle behind', async () => {
  const { server, live } = createBusyServer(createMemoryStore());
  for (let hour = 0; hour < ROUNDS_BEFORE; hour += 1) await live(hour);
  const seen = [inUse()];

  for (let stretch = 0; stretch < STRETCHES; stretch += 1) {
    for (let hour = 0; hour < ROUNDS_IN_A_STRETCH; hour += 1) await live(hour);
    seen.push(inUse());
  }

  const growth = seen.slice(1).map(({ heap }, index) => heap - (seen[index]?.heap ?? 0));
  assert.ok(Math.min(...growth) < MOST_GROWTH_BYTES, `${growth.join(', ')} bytes more`);
  assert.equal(seen.at(-1)?.resources, seen[0]?.resources);
  await server.close();
});

test('hours of everything leave nothing in the database', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'licenses.db');
  const { server, live } = createBusyServer(createSqliteStore(file));
  const sizeNow = () => statSync(file).size + statSync(`${file}-wal`).size;
  for (let hour = 0; hour < 3; hour += 1) await live(hour);
  const before = sizeNow();

  for (let hour = 3; hour < 9; hour += 1) await live(hour);

  const most = before + 33_000_000; // the log that SQLite writes ahead goes up to its 32 MB, and is used again
  assert.ok(sizeNow() < most, `${sizeNow()} bytes after ${before}`);
  await server.close();
  assert.ok(statSync(file).size < 200_000, `${statSync(file).size} bytes when it is closed`);
});
