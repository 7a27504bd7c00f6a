// Where an active device's `/activate` spends its time on either database, beside the guide's Express sample and a bare echo, so
// that one sees what of it is Node's own. The profiles are left in `profiles/`.
import { launchPostgres } from '../test/support/postgres.ts';
import type { Contender } from './contender.ts';
import { AREA_NAMES, sharesOf } from './profile-areas.ts';
import { keepProfile } from './profile-files.ts';
import { POSTGRES, SQLITE, openShop } from './server-shop.ts';
import { bodiesOf, measure } from './server-speed.ts';

const SECONDS = 3;
const ROUNDS = 3;
const WARM_UPS = 4;
const LICENSES = 200;
const DEVICES_PER_LICENSE = 5;

interface RequestCost {
  readonly cpuMicros: number;
  /** the part of it that the system worked for the process */
  readonly systemMicros: number;
}

interface Column extends RequestCost {
  readonly name: string;
  readonly shares: ReadonlyMap<string, number>;
}

export async function printServer(): Promise<void> {
  const postgres = await launchPostgres();
  const shop = await openShop();
  try {
    const contenders = [
      await shop.startGate(SQLITE, shop.newFile()),
      await shop.startGate(POSTGRES, await postgres.newDatabase()),
      await shop.startSample(),
      await shop.startEcho(),
    ];
    const bodies = bodiesOf(shop.sell(LICENSES).flatMap(devicesOf));
    for (const contender of contenders)
      for (let turn = 0; turn < WARM_UPS; turn += 1) await measure(contender, '/activate', bodies, 1);
    const costs = new Map<Contender, RequestCost[]>(contenders.map((contender) => [contender, []]));
    for (let round = 0; round < ROUNDS; round += 1)
      for (const [contender, all] of costs) all.push(await contender.apart(() => costOf(contender, bodies)));
    const columns: Column[] = [];
    for (const [contender, all] of costs) {
      const recorded = await contender.apart(() =>
        contender.profile(() => measure(contender, '/activate', bodies, SECONDS)),
      );
      keepProfile(contender.name, recorded);
      columns.push({ name: contender.name, ...medianOf(all), shares: sharesOf(recorded) });
    }
    print(columns);
  } finally {
    await shop.close();
    await postgres.own?.stop();
    postgres.own?.remove();
  }
}

const devicesOf = (licenseKey: string) =>
  Array.from({ length: DEVICES_PER_LICENSE }, () => ({ licenseKey, deviceId: crypto.randomUUID() }));

/** Without the profiler, which makes a request half as dear again. */
async function costOf(contender: Contender, bodies: readonly string[]): Promise<RequestCost> {
  const before = await contender.usage();
  const { cost, requests } = await measure(contender, '/activate', bodies, 1);
  const after = await contender.usage();
  return {
    cpuMicros: cost.cpuMicros,
    systemMicros: ((after.systemMs - before.systemMs) * 1000) / requests,
  };
}

/** Of at least one. */
const medianOf = (costs: readonly RequestCost[]) =>
  costs.toSorted((one, other) => one.cpuMicros - other.cpuMicros)[Math.floor(costs.length / 2)]!;

function print(columns: readonly Column[]): void {
  line(
    'Where an active device’s /activate goes',
    columns.map(({ name }) => name),
  );
  for (const area of AREA_NAMES)
    line(
      `  ${area}`,
      columns.map(({ cpuMicros, shares }) => cellOf(cpuMicros, shares.get(area) ?? 0)),
    );
  line(
    '  CPU for one request, not profiled',
    columns.map(({ cpuMicros }) => cellOf(cpuMicros, 1)),
  );
  line(
    '  of it in system calls, by the system’s count',
    columns.map(({ cpuMicros, systemMicros }) => cellOf(cpuMicros, systemMicros / cpuMicros)),
  );
}

const line = (title: string, cells: readonly string[]): void =>
  console.log(title.padEnd(46) + cells.map((cell) => cell.padStart(26)).join(''));

const cellOf = (cpuMicros: number, share: number): string =>
  share === 0 ? '–' : `${(share * cpuMicros).toFixed(1)} µs${`${(share * 100).toFixed(1)} %`.padStart(9)}`;
