// How many live keys one address carries with nobody turned away: neither a known license nor a first activation.
import { shareOut } from '../src/server/budget-ledger.ts';
import { DEFAULTS } from './defaults.ts';
import { DAY_MS, HOUR_MS, type Habit } from './fleet.ts';
import { tellStory, type Way } from './fleet-story.ts';

/** What license-gate has to carry, whatever the habit; this fails where it does not. */
const PROMISED = 40_000;
const LARGER = 80_000;

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

/** To within 3 %. */
async function largestFleet(habit: Habit, way: Way): Promise<number> {
  let [fits, tooMany] = [100, 2 * LARGER];
  while (tooMany / fits > 1.03) {
    const size = Math.round(Math.sqrt(fits * tooMany));
    if ((await tellStory(size, habit, way)).turnedAway) tooMany = size;
    else fits = size;
  }
  return fits;
}

const inHours = (ms: number): string => `${Math.round(ms / HOUR_MS)} h`;

console.log('Four weeks of each fleet are played through, which takes some minutes.');
let isKept = true;
for (const habit of HABITS) {
  console.log(`\nThe app is started: ${habit.name}`);
  console.log(`  the guide's cache (24 h, then ask) carries ${await largestFleet(habit, GUIDE)} keys`);
  console.log(`  license-gate, never past 48 h      carries ${await largestFleet(habit, STRICT)} keys`);
  for (const size of [PROMISED, LARGER]) {
    const story = await tellStory(size, habit, OURS);
    if (story.turnedAway && size === PROMISED) isKept = false;
    console.log(
      story.turnedAway
        ? `  license-gate, defaults: ${size} keys are too many, ${story.turnedAway} was turned away`
        : `  license-gate, defaults, carries ${size} keys: ${Math.round(story.asked / 28)} verdicts a day, the oldest used is ${inHours(story.oldestVerdictMs)} old, at most ${story.mostWaiting} wait for the next, a first activation waits ${(story.slowestFirstActivationMs / 1000).toFixed(1)} s`,
    );
  }
}
console.log(isKept ? `\n${PROMISED} keys: nobody turned away` : `\n${PROMISED} keys are too many`);
process.exitCode = isKept ? 0 : 1;
