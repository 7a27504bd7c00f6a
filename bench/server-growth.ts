// How what a request costs grows with the database: from a thousand seats to a million, and from one device of a
// license to a thousand. Nothing is answered from memory here: each request reads its license and its seat.
import { createHmac, hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { createSqliteStore } from '../src/server/stores/sqlite.ts';
import type { Contender } from './contender.ts';
import { HASH_SECRET, type Shop } from './server-shop.ts';
import { bodiesOf, measure, newDevices } from './server-speed.ts';

const DEVICES_PER_LICENSE = 5;
const SEATS = [1_000, 10_000, 100_000, 1_000_000];
const DEVICES = [1, 10, 100, 1_000];
const SEATS_WHERE_DEVICES_GROW = 50_000;
/** As many distinct devices and licenses ask at every size. */
const ASKING = 1_000;
const WARM_UPS = 3;

export interface GrowthRow {
  readonly what: string;
  readonly seats: number;
  readonly devicesPerLicense: number;
  /** of the server's process, for one request of a device that has a seat */
  readonly activeMicros: number;
  /** the same for a device that takes a seat */
  readonly newMicros: number;
}

export const BY_SEATS = 'seats in the database';
export const BY_DEVICES = 'devices a license';

export interface GrowthOptions {
  readonly rounds: number;
  readonly seconds: number;
}

export async function measureGrowth(shop: Shop, options: GrowthOptions): Promise<GrowthRow[]> {
  return [
    ...(await compare(
      shop,
      SEATS.map((seats) => ({ what: BY_SEATS, seats, devicesPerLicense: DEVICES_PER_LICENSE })),
      options,
    )),
    ...(await compare(
      shop,
      DEVICES.map((devicesPerLicense) => ({
        what: BY_DEVICES,
        seats: SEATS_WHERE_DEVICES_GROW,
        devicesPerLicense,
      })),
      options,
    )),
  ];
}

type Size = Pick<GrowthRow, 'what' | 'seats' | 'devicesPerLicense'>;

async function compare(
  shop: Shop,
  sizes: readonly Size[],
  { rounds, seconds }: GrowthOptions,
): Promise<GrowthRow[]> {
  const running = [];
  for (const size of sizes) {
    const file = shop.newFile();
    const asking = fill(file, size);
    const contender = await shop.startGate(`${size.seats} seats, ${size.devicesPerLicense} a license`, file);
    const active = bodiesOf(asking.map((device) => ({ ...device, replaceDevice: 'nobody' })));
    const keys = [...new Set(asking.map(({ licenseKey }) => licenseKey))];
    running.push({ size, contender, active, keys, activeMicros: [] as number[], newMicros: [] as number[] });
  }
  const cpu = async (contender: Contender, bodies: readonly string[]) =>
    (await measure(contender, '/activate', bodies, seconds)).cost.cpuMicros;

  for (const { contender, active, keys } of running)
    for (let turn = 0; turn < WARM_UPS; turn += 1) {
      await cpu(contender, active);
      await cpu(contender, newDevices(keys));
    }
  for (let round = 0; round < rounds; round += 1)
    for (const { contender, active, activeMicros } of running)
      activeMicros.push(await cpu(contender, active));
  for (let round = 0; round < rounds; round += 1)
    for (const { contender, keys, newMicros } of running)
      newMicros.push(await cpu(contender, newDevices(keys)));

  await Promise.all(running.map(({ contender }) => contender.stop()));
  return running.map(({ size, activeMicros, newMicros }) => ({
    ...size,
    activeMicros: Math.min(...activeMicros),
    newMicros: Math.min(...newMicros),
  }));
}

/** Writes licenses and their seats, and says which devices, of licenses all over the database, will ask. */
function fill(file: string, { seats, devicesPerLicense }: Size): { licenseKey: string; deviceId: string }[] {
  void createSqliteStore(file).close(); // makes the tables
  const db = new DatabaseSync(file);
  const now = Date.now();
  const license = db.prepare(
    `INSERT INTO licenses (id, product, key_hash, license_name, product_name, verified_at, devices_used)
     VALUES (?, 'my-tool', ?, 'Company License', 'My Tool', ?, ?)`,
  );
  const seat = db.prepare(
    "INSERT INTO seats (license_id, handle, label, first_seen, last_seen) VALUES (?, ?, '', ?, ?)",
  );
  const licenses = Math.max(Math.round(seats / devicesPerLicense), 1);
  const each = Math.max(Math.floor(licenses / ASKING), 1);
  const asking = [];
  db.exec('BEGIN');
  for (let number = 0; number < licenses; number += 1) {
    const [id, licenseKey] = [crypto.randomUUID(), crypto.randomUUID()];
    const keyHash = createHmac('sha256', HASH_SECRET).update(licenseKey).digest('hex');
    license.run(id, keyHash, now, devicesPerLicense);
    for (let device = 0; device < devicesPerLicense; device += 1) {
      const deviceId = crypto.randomUUID();
      seat.run(id, hash('sha256', `${id}.${deviceId}`, 'base64url').slice(0, 22), now, now);
      if (number % each === 0 && device < Math.ceil(ASKING / licenses)) asking.push({ licenseKey, deviceId });
    }
  }
  db.exec('COMMIT');
  db.close();
  return asking.slice(0, ASKING);
}
