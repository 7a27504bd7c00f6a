// How many live keys one address carries with nobody turned away: the server's own rules about verdicts and budget,
// on a clock that is only counted. Each key is launched once a day, 40 % of them in one hour.
import { createBudget } from '../src/server/budget.ts';
import { createMemoryStore } from '../src/server/stores/memory.ts';
import type { License } from '../src/server/store.ts';
import { planFor, standingAfter } from '../src/server/verdicts.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 24;
const PEAK_SHARE = 0.4;

interface Way {
  readonly name: string;
  readonly freshHours: number;
  readonly staleHours: number;
  readonly keepDays: number;
  readonly perMinute: number;
  readonly reserved: number;
}

const WAYS: readonly Way[] = [
  {
    name: "the guide's cache: 24 h, then ask",
    freshHours: 24,
    staleHours: 24,
    keepDays: 0,
    perMinute: 30,
    reserved: 0,
  },
  {
    name: 'license-gate, never past 48 h',
    freshHours: 24,
    staleHours: 48,
    keepDays: 0,
    perMinute: 27,
    reserved: 9,
  },
  { name: 'license-gate, defaults', freshHours: 24, staleHours: 48, keepDays: 7, perMinute: 27, reserved: 9 },
  {
    name: 'license-gate, 48 h and 96 h',
    freshHours: 48,
    staleHours: 96,
    keepDays: 7,
    perMinute: 27,
    reserved: 9,
  },
];

/** To within 1 %. */
async function largestFleet(way: Way): Promise<number> {
  let [fits, tooMany] = [0, 200_000];
  while (tooMany - fits > Math.max(fits / 100, 50)) {
    const keys = Math.round((fits + tooMany) / 2);
    if (await isCarried(keys, way)) fits = keys;
    else tooMany = keys;
  }
  return fits;
}

async function isCarried(keys: number, way: Way): Promise<boolean> {
  const { freshHours, staleHours, keepDays, perMinute, reserved } = way;
  const times = {
    freshMs: freshHours * HOUR_MS,
    staleMs: staleHours * HOUR_MS,
    keepMs: keepDays * DAY_MS,
    confirmMs: 0,
  };
  let time = 0;
  const budget = createBudget({
    store: createMemoryStore(),
    perMinute,
    reserved,
    waitMs: 0,
    now: () => time,
  });
  const random = randomFrom(1);
  const isPeak = Array.from({ length: keys }, () => random() < PEAK_SHARE);
  const verifiedAt = isPeak.map(() => -random() * freshHours * HOUR_MS);

  for (let day = 0; day < DAYS; day += 1) {
    // Nobody comes at the same minute every day.
    const launches = isPeak
      .map((peak, key) => ({ key, at: peak ? (9 + random()) * HOUR_MS : random() * DAY_MS }))
      .toSorted((one, other) => one.at - other.at);
    for (const { key, at } of launches) {
      time = day * DAY_MS + at;
      const license = licenseOf(verifiedAt[key] ?? 0);
      const plan = planFor(license, time, times);
      if (plan === 'use') continue;
      const grant = await budget.take(plan === 'ask' ? 'known' : 'spare');
      if (grant.granted) verifiedAt[key] = time;
      else if (plan === 'ask' && isTurnedAway(license)) return false;
    }
  }
  return true;

  function isTurnedAway(license: License): boolean {
    return standingAfter(license, { kind: 'unknown', why: 'busy' }, time, times).kind !== 'licensed';
  }
}

const licenseOf = (verifiedAt: number): License => ({
  id: '',
  product: '',
  keyHash: '',
  licenseName: '',
  verifiedAt,
  devicesUsed: 0,
  newDevicesSince: 0,
  newDevices: 0,
});

/** The same numbers at every run: mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

for (const way of WAYS) console.log(`${way.name.padEnd(36)} ${await largestFleet(way)} keys`);
