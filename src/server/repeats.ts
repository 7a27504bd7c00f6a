// Remembers what was answered, so that a device that asks the same again soon is answered without reading its request,
// hashing its key, reading its license and its seat and making up the answer anew: as long as nobody has changed
// anything in the store, all of it would come out the same.

import type { VerdictTimes } from './settings.ts';
import { createBoundedMap } from './bounded-map.ts';
import { digestOf } from './identity.ts';
import type { License, LicenseStore } from './store.ts';
import { settledUntil } from './verdicts.ts';
import type { Visit } from './visit.ts';

/** For so long at most: visits are to be noted, and leases signed anew. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 10_000;

export interface Repeats<T> {
  /** Taken before the question is answered: what changes from then on makes the answer an old one. */
  questionOf(visit: Visit, text: string): Promise<Question>;
  recall(question: Question): T | undefined;
  /** @param license whom the answer is about */
  keep(question: Question, license: License, answer: T): void;
}

export interface Question {
  /** Of the path and the body; a digest, so that no license key stays in memory. */
  readonly digest: string;
  /** The store's, when the question was asked. */
  readonly version: number;
}

interface Remembered<T> {
  readonly answer: T;
  readonly version: number;
  readonly from: number;
  readonly until: number;
}

export interface RepeatsOptions {
  readonly store: Pick<LicenseStore, 'version'>;
  readonly times: VerdictTimes;
  readonly now: () => number;
}

/** @returns `undefined` where the store does not know whether it was changed: then nothing can be remembered */
export function createRepeats<T>({ store, times, now }: RepeatsOptions): Repeats<T> | undefined {
  const versionOf = store.version;
  if (!versionOf) return undefined;
  const remembered = createBoundedMap<Remembered<T>>(MOST_REMEMBERED);
  let turn: object | undefined;
  let versionInTurn = 0;

  function versionFor(visit: Visit): number {
    const present = visit.turn?.();
    if (present === undefined || present !== turn) versionInTurn = versionOf!();
    turn = present;
    return versionInTurn;
  }

  return {
    async questionOf(visit, text) {
      const digest = digestOf(`${visit.path} ${text}`);
      return { digest: typeof digest === 'string' ? digest : await digest, version: versionFor(visit) };
    },
    recall({ digest, version }) {
      const known = remembered.get(digest);
      if (known?.version !== version) return undefined;
      const time = now();
      return time >= known.from && time < known.until ? known.answer : undefined;
    },
    keep({ digest, version }, license, answer) {
      const from = now();
      const until = Math.min(from + REMEMBERED_MS, settledUntil(license, times));
      if (from < until) remembered.set(digest, { answer, version, from, until });
    },
  };
}

/** Whatever else a request brings, it wants more than to hear the same again. */
const PLAIN_FIELDS = new Set(['licenseKey', 'deviceId', 'product', 'deviceLabel']);

/** Whether it would be answered the same a second time. */
export function isRepeatable(request: object): boolean {
  for (const name in request) if (!PLAIN_FIELDS.has(name)) return false;
  return true;
}
