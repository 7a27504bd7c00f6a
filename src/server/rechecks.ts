// Asks again about licenses behind their answers, one after the other, at the pace that the marketplace's budget has
// to spare: whose verdict is the oldest goes first. The keys are in memory for as long as they wait, and nowhere else.

import type { Budget } from './budget.ts';
import type { Log } from './log.ts';
import { createOldestFirst } from './oldest-first.ts';

/** After something went wrong here, e.g. the database did not answer. */
const REST_MS = 10_000;

export interface Rechecks<T> {
  /**
   * Puts a license on the waiting list, unless it is there or everybody there has waited for longer.
   *
   * @param verifiedAt when the marketplace last called it valid
   */
  add(id: string, verifiedAt: number, subject: T): void;
  /** Takes a license off the list, because somebody asks about it now. */
  drop(id: string): void;
  /** How many wait. */
  waiting(): number;
  /** Forgets all that wait, for good. */
  stop(): void;
}

export interface RechecksOptions<T> {
  readonly budget: Pick<Budget, 'waitFor'>;
  /** Asks about one; resolves when that is over, with whatever result. */
  readonly ask: (subject: T) => Promise<unknown>;
  readonly most: number;
  readonly log: Log;
}

export function createRechecks<T>({ budget, ask, most, log }: RechecksOptions<T>): Rechecks<T> {
  const list = createOldestFirst<T>(most);
  let isWorking = false;
  let isStopped = false;
  let wake: (() => void) | undefined;

  async function work(): Promise<void> {
    if (isWorking) return;
    isWorking = true;
    while (list.size > 0) {
      const wait = budget.waitFor('spare');
      if (wait > 0) await nap(wait);
      else await askNext();
    }
    isWorking = false;
  }

  async function askNext(): Promise<void> {
    const subject = list.take();
    if (subject === undefined) return;
    try {
      await ask(subject);
    } catch (cause) {
      log('error', 'recheck_failed', { cause: String(cause) });
      await nap(REST_MS);
    }
  }

  /** No process is kept alive for this; where the platform has no `unref`, it ends its processes itself. */
  function nap(ms: number): Promise<void> {
    if (isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      timer.unref?.();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    add(id, verifiedAt, subject) {
      if (isStopped) return;
      list.add(id, verifiedAt, subject);
      void work();
    },
    drop: list.drop,
    waiting: () => list.size,
    stop() {
      isStopped = true;
      list.clear();
      wake?.();
    },
  };
}
