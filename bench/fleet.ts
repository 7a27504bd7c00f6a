// Who starts the app when: the buyers of a fleet of license keys, day by day. One device a key, which asks the license
// server once a day: more devices would make more contacts, but no more verdicts.

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export interface Habit {
  readonly name: string;
  /** how many of the buyers start between nine and ten */
  readonly peakShare: number;
  /** the others start at their usual hour between these */
  readonly wakingHours: readonly [number, number];
  readonly daysAWeek: 5 | 7;
}

export interface Start {
  /** those from the size of the fleet on are bought on that day */
  readonly key: number;
  readonly at: number;
}

export interface Fleet {
  /** When each key was last used before the first day. */
  readonly usedBefore: readonly number[];
  /** The starts of one day, the first one a Monday, in order. */
  startsOf(day: number): readonly Start[];
}

const PEAK_HOUR = 9;
/** Of the keys in use, those that are bought each day; as many are given up. */
const NEW_SHARE = 0.005;
/** Once a year a buyer is away for two weeks, which is longer than a verdict is kept. */
const HOLIDAY_CHANCE = 1 / 365;
const HOLIDAY_DAYS = 14;

/** @param from midnight before the first day, in ms */
export function createFleet(size: number, habit: Habit, from: number): Fleet {
  const random = randomFrom(1);
  const [earliest, latest] = habit.wakingHours;
  const anyHour = (): number =>
    random() < habit.peakShare ? PEAK_HOUR : earliest + random() * (latest - earliest - 1);
  /** Nobody comes at the same minute every day. */
  const around = (hour: number): number => (hour + random()) * HOUR_MS;

  const usualHours = Array.from({ length: size }, anyHour);
  const backOn = usualHours.map(() => 0);
  const lastDay = habit.daysAWeek === 7 ? 1 : 3;
  let bought = 0;

  return {
    usedBefore: usualHours.map((hour) => from - lastDay * DAY_MS + around(hour)),
    startsOf(day) {
      if (day % 7 >= habit.daysAWeek) return [];
      const midnight = from + day * DAY_MS;
      const starts: Start[] = [];
      for (const [key, hour] of usualHours.entries()) {
        if (random() < HOLIDAY_CHANCE) backOn[key] = day + HOLIDAY_DAYS;
        if ((backOn[key] ?? 0) <= day) starts.push({ key, at: midnight + around(hour) });
      }
      for (const boughtBefore = bought; bought - boughtBefore < size * NEW_SHARE; bought += 1)
        starts.push({ key: size + bought, at: midnight + around(anyHour()) });
      return starts.toSorted((one, other) => one.at - other.at);
    },
  };
}

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
