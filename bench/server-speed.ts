// What a request costs: ours on SQLite and on PostgreSQL, the guide's Express sample, and a bare echo. They take turns,
// since only the ratios mean something on a shared machine.
import type { Contender } from './contender.ts';
import { load } from './load.ts';
import { POSTGRES, SQLITE, type Shop } from './server-shop.ts';

const CONNECTIONS = 32;
const LICENSES = 200;
const DEVICES_PER_LICENSE = 5;
/** So many requests a path, before anything is measured, let each server compile what it runs often. */
const WARM_UP_REQUESTS = 40_000;
const MOST_WARM_UPS = 20;
/** A server that is slower than that has its memory read earlier, and the row says after how many requests. */
const MOST_SECONDS = 240;

export interface Cost {
  /** requests a second */
  readonly rate: number;
  /** in ms */
  readonly p50: number;
  readonly p99: number;
  /** of the server's process, for one request */
  readonly cpuMicros: number;
}

export interface SpeedRow extends Cost {
  readonly what: string;
  readonly server: string;
}

export interface MemoryRow {
  readonly server: string;
  readonly requests: number;
  /** after garbage was collected */
  readonly heapMb: number;
  readonly memoryMb: number;
}

export interface SpeedOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Memory is read in servers of their own, after each has answered exactly so many of an active device. */
  readonly requests: number;
}

export const ACTIVE = 'POST /activate of an active device';
export const STATUS = 'POST /status of an active license';
export const NEW = 'POST /activate of a new device';

export async function measureSpeed(
  shop: Shop,
  postgresUrl: string,
  { rounds, seconds, requests }: SpeedOptions,
): Promise<{ readonly speed: readonly SpeedRow[]; readonly memory: readonly MemoryRow[] }> {
  const keys = shop.sell(LICENSES);
  const active = keys.flatMap((licenseKey) =>
    Array.from({ length: DEVICES_PER_LICENSE }, () => ({ licenseKey, deviceId: crypto.randomUUID() })),
  );
  const activeBodies = bodiesOf(active);
  const statusBodies = bodiesOf(keys.map((licenseKey) => ({ licenseKey })));
  const scenarios = [
    { what: ACTIVE, path: '/activate', bodies: () => activeBodies },
    { what: STATUS, path: '/status', bodies: () => statusBodies },
    { what: NEW, path: '/activate', bodies: () => newDevices(keys) },
  ];
  const contenders = [
    await shop.startEcho(),
    await shop.startSample(),
    await shop.startGate(SQLITE, shop.newFile()),
    await shop.startGate(POSTGRES, postgresUrl),
  ];

  for (const contender of contenders)
    for (const { path, bodies } of scenarios.slice(0, 2))
      for (let done = 0, turn = 0; done < WARM_UP_REQUESTS && turn < MOST_WARM_UPS; turn += 1)
        done += (await measure(contender, path, bodies(), 1)).requests;

  const speed: SpeedRow[] = [];
  for (const { what, path, bodies } of scenarios) {
    const costs = new Map<string, Cost[]>(contenders.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round += 1)
      for (const contender of contenders)
        costs.get(contender.name)?.push((await measure(contender, path, bodies(), seconds)).cost);
    for (const [server, all] of costs) speed.push({ what, server, ...medianOf(all) });
  }

  await Promise.all(contenders.map((contender) => contender.stop()));

  const memory: MemoryRow[] = [];
  for (const begin of [
    () => shop.startEcho(),
    () => shop.startSample(),
    () => shop.startGate(SQLITE, shop.newFile()),
    () => shop.startGate(POSTGRES, postgresUrl),
  ])
    memory.push(await memoryOf(await begin(), activeBodies, requests));
  return { speed, memory };
}

/** Of a server that has done nothing else, so that the numbers of all are of the same work. */
async function memoryOf(
  contender: Contender,
  bodies: readonly string[],
  requests: number,
): Promise<MemoryRow> {
  const answered = await measure(contender, '/activate', bodies, MOST_SECONDS, requests);
  const { memoryMb } = await contender.usage(); // before garbage is collected: as an operator sees it
  const { heapMb } = await contender.holdings();
  await contender.stop();
  return { server: contender.name, requests: answered.requests, heapMb, memoryMb };
}

export const bodiesOf = (requests: readonly object[]): string[] =>
  requests.map((request) => JSON.stringify(request));

/** More than a server can answer in a round, so that each is new. */
export const newDevices = (keys: readonly string[], count = 40_000): string[] =>
  bodiesOf(
    Array.from({ length: count }, (_, number) => ({
      licenseKey: keys[number % keys.length],
      deviceId: crypto.randomUUID(),
    })),
  );

/** @throws where anything but 200 is answered */
export async function measure(
  contender: Contender,
  path: string,
  bodies: readonly string[],
  seconds: number,
  most?: number,
): Promise<{ readonly cost: Cost; readonly requests: number }> {
  const before = await contender.usage();
  const result = await load({
    url: contender.url,
    path,
    bodies,
    connections: CONNECTIONS,
    seconds,
    ...(most !== undefined && { requests: most }),
  });
  const after = await contender.usage();
  const refused = [...result.statuses].filter(([status]) => status !== 200);
  if (refused.length > 0) throw new Error(`${contender.name} answered ${JSON.stringify(refused)}`);
  const cpuMicros = ((after.cpuMs - before.cpuMs) * 1000) / result.requests;
  const { rate, p50, p99, requests } = result;
  return { cost: { rate, p50, p99, cpuMicros }, requests };
}

export function medianOf(costs: readonly Cost[]): Cost {
  const of = (read: (cost: Cost) => number) =>
    costs.map(read).toSorted((one, other) => one - other)[Math.floor(costs.length / 2)] ?? Number.NaN;
  return {
    rate: of(({ rate }) => rate),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    cpuMicros: of(({ cpuMicros }) => cpuMicros),
  };
}
