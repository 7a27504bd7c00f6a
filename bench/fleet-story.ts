// What a fleet of license keys lives through in four weeks at one marketplace budget: the server's own verification,
// budget and rules. Only the clock and the marketplace, which calls every key valid, are made up.
import type { BudgetRules } from '../src/server/budget-ledger.ts';
import { createBudget } from '../src/server/budget.ts';
import { createMetrics } from '../src/server/metrics.ts';
import type { VerdictTimes } from '../src/server/settings.ts';
import type { LicenseStore } from '../src/server/store.ts';
import { createMemoryStore } from '../src/server/stores/memory.ts';
import { createVerification } from '../src/server/verification.ts';
import { PRODUCT } from './defaults.ts';
import { createFleet, DAY_MS, HOUR_MS, type Habit } from './fleet.ts';
import { settled, startVirtualTime } from './virtual-time.ts';

export interface Way {
  readonly times: VerdictTimes;
  readonly budget: BudgetRules;
  readonly waitMs?: number;
}

export interface Story {
  /** Who was turned away and when; it ends there. */
  turnedAway: string | undefined;
  /** times that the marketplace was asked */
  asked: number;
  /** the oldest verdict that anybody was served from */
  oldestVerdictMs: number;
  /** licenses waiting for being asked about again */
  mostWaiting: number;
  slowestFirstActivationMs: number;
}

export const DAYS = 28;
const time = startVirtualTime();

export async function tellStory(size: number, habit: Habit, way: Way): Promise<Story> {
  const from = Math.ceil(time.now() / DAY_MS + 1) * DAY_MS;
  await time.advanceTo(from);
  const fleet = createFleet(size, habit, from);
  const store = createMemoryStore();
  await fill(store, fleet.usedBefore);
  const story: Story = {
    turnedAway: undefined,
    asked: 0,
    oldestVerdictMs: 0,
    mostWaiting: 0,
    slowestFirstActivationMs: 0,
  };
  const verification = openVerification(store, way, story);

  for (let day = 0; day < DAYS && !story.turnedAway; day += 1) {
    for (const { key, at } of fleet.startsOf(day)) {
      await time.advanceTo(at);
      void start(key);
      await settled();
      if (story.turnedAway) break;
      story.mostWaiting = Math.max(story.mostWaiting, verification.waiting());
    }
  }
  verification.stopWaiting();
  await time.advanceTo(time.now() + HOUR_MS);
  await verification.close();
  return story;

  async function start(key: number): Promise<void> {
    const at = time.now();
    const isNew = key >= size;
    const subject = { product: PRODUCT, key: `${key}`, keyHash: `${key}` };
    const checked = await verification.check(subject, () => undefined);
    if (story.turnedAway) return;
    const now = time.now();
    if (checked.kind !== 'licensed') {
      const who = isNew ? 'a first activation' : 'a known license';
      story.turnedAway = `${who} on day ${Math.ceil((now - from) / DAY_MS)}`;
      return;
    }
    story.oldestVerdictMs = Math.max(story.oldestVerdictMs, now - checked.license.verifiedAt);
    if (isNew) story.slowestFirstActivationMs = Math.max(story.slowestFirstActivationMs, now - at);
  }
}

async function fill(store: LicenseStore, verifiedAt: readonly number[]): Promise<void> {
  for (const [key, at] of verifiedAt.entries()) {
    const id = `${key}`;
    const save = { id, product: PRODUCT.name, keyHash: id, licenseName: '', verifiedAt: at };
    await store.changeLicense(PRODUCT.name, id, () => ({ save, outcome: undefined }));
  }
}

const openVerification = (store: LicenseStore, { times, budget, waitMs }: Way, story: Story) =>
  createVerification({
    store,
    verifier: {
      async verify() {
        story.asked += 1;
        return { kind: 'valid', licenseName: '' };
      },
    },
    budget: createBudget({ store, ...budget, waitMs, now: time.now }),
    // No license is ever called invalid, so it would have nothing to say, in half of the time.
    breaker: { hear: async () => false, isOpen: () => false },
    times,
    now: time.now,
    log: () => {},
    metrics: createMetrics(),
  });
