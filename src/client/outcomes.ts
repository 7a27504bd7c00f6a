// The promises that callers hold: each ends with what its run came to.

import { failed, type Problem } from './problem.ts';
import type { License } from './record.ts';
import type { LicenseSnapshot } from './snapshot.ts';
import type { LicenseEvent } from './model.ts';

/** What a call came to. Expected refusals are outcomes, not exceptions. */
export type Outcome =
  { readonly ok: true; readonly license: License | undefined } | ({ readonly ok: false } & Problem);

export interface Outcomes {
  /** Waits for what a run comes to, whoever began it. */
  of(run: number): Promise<Outcome>;
  /** Ends the promises of every run but the one that is still waited for. */
  settle(event: LicenseEvent, running: number | undefined, now: LicenseSnapshot): void;
  /** Ends all promises, those of later runs at once. */
  close(): void;
}

export function createOutcomes(): Outcomes {
  const waiting = new Map<number, PromiseWithResolvers<Outcome>>();
  let isClosed = false;

  return {
    of(run) {
      const wait = waiting.get(run) ?? Promise.withResolvers();
      if (isClosed) wait.resolve(canceled());
      else waiting.set(run, wait);
      return wait.promise;
    },
    settle(event, running, now) {
      for (const [run, { resolve }] of waiting) {
        if (run === running) continue;
        waiting.delete(run);
        resolve(outcomeOf(event, run, now));
      }
    },
    close() {
      isClosed = true;
      for (const { resolve } of waiting.values()) resolve(canceled());
      waiting.clear();
    },
  };
}

function outcomeOf(event: LicenseEvent, run: number, { open, license }: LicenseSnapshot): Outcome {
  const isAnswer = 'ends' in event && event.ends === run;
  if (isAnswer && event.type === 'refused') return { ok: false, ...event.problem };
  // Another tab's answer answers whoever waited for one.
  return (event.type === 'adopted' ? open : isAnswer) ? { ok: true, license } : canceled();
}

const canceled = (): Outcome => failed('canceled', 'Something newer came.');

export const noLicense = (): Outcome => failed('license_invalid', 'No license key is active here.');
