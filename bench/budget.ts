// How many live keys one address carries with nobody turned away: neither a known license nor a first activation.
//
//   node bench/budget.ts [--largest]     also searches for the largest fleet of each way, which takes many minutes
import { shareOut } from '../src/server/budget-ledger.ts';
import { DEFAULTS } from './defaults.ts';
import { DAY_MS, HOUR_MS, type Habit } from './fleet.ts';
import { DAYS, tellStory, type Way } from './fleet-story.ts';

/** What license-gate has to carry, whatever the habit; this fails where it does not. */
const PROMISED = 40_000;
const LARGER = 80_000;
const isSearching = process.argv.includes('--largest');

const HABITS: readonly Habit[] = [
  { name: 'at any time, every day', peakShare: 0, wakingHours: [0, 24], daysAWeek: 7 },
  { name: '40 % in one hour, every day', peakShare: 0.4, wakingHours: [7, 23], daysAWeek: 7 },
  { name: '40 % in one hour, Monday to Friday', peakShare: 0.4, wakingHours: [7, 23], daysAWeek: 5 },
];

const GUIDE: Way = {
  times: { freshMs: DAY_MS, staleMs: DAY_MS, keepMs: 0, confirmMs: 0 },
  budget: { perMinute: 30, reserved: 0, headroom: 0 },
  waitMs: 0,
};
const OURS: Way = { times: DEFAULTS.verdicts, budget: shareOut(DEFAULTS.marketplace.verifiesPerMinute) };
/** For comparison: nobody is served from a verdict older than 48 h. */
const STRICT: Way = { ...OURS, times: { ...OURS.times, keepMs: 0 } };

const OTHERS: readonly (readonly [string, Way])[] = [
  ["the guide's cache: 24 h, then ask", GUIDE],
  ['license-gate, no verdict past 48 h', STRICT],
];

/** Prints what becomes of a fleet, and says whether nobody was turned away. */
async function tell(name: string, size: number, habit: Habit, way: Way): Promise<boolean> {
  const story = await tellStory(size, habit, way);
  if (story.turnedAway) line(name, size, `  too many: ${story.turnedAway} was turned away`);
  else
    line(
      name,
      size,
      Math.round(story.asked / DAYS),
      inHours(story.oldestVerdictMs),
      story.mostWaiting,
      inSeconds(story.slowestFirstActivationMs),
    );
  return !story.turnedAway;
}

/** To within 5 %. */
async function largestFleet(habit: Habit, way: Way): Promise<number> {
  let [fits, tooMany] = [1_000, LARGER];
  while (tooMany / fits > 1.05) {
    const size = Math.round(Math.sqrt(fits * tooMany));
    if ((await tellStory(size, habit, way)).turnedAway) tooMany = size;
    else fits = size;
  }
  return fits;
}

const inHours = (ms: number): string => `${Math.round(ms / HOUR_MS)} h`;
const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
const line = (way: string, ...columns: readonly (string | number)[]): void =>
  console.log(`  ${way.padEnd(36)}${columns.map((column) => `${column}`.padStart(14)).join('')}`);

let isKept = true;
console.log(
  isSearching
    ? 'The most keys to within 5 %, and what defaults make of two fleets'
    : 'What becomes of a fleet',
);
for (const habit of HABITS) {
  console.log(`\nThe app is started: ${habit.name}`);
  line('', 'keys', 'verdicts/day', 'oldest used', 'most waiting', 'first use in');
  for (const [name, way] of OTHERS) {
    if (isSearching) line(name, await largestFleet(habit, way));
    else await tell(name, PROMISED, habit, way);
  }
  for (const size of isSearching ? [PROMISED, LARGER] : [PROMISED])
    if (!(await tell('license-gate, defaults', size, habit, OURS)) && size === PROMISED) isKept = false;
}
console.log(`\n${PROMISED} keys, nobody turned away, whatever the habit: ${isKept ? 'kept' : 'NOT KEPT'}`);
process.exitCode = isKept ? 0 : 1;
