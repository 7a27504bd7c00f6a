// Answers a device that asks again soon out of memory, without hashing its key, reading its license and seat and
// making up its answer anew: as long as nobody has changed anything in the store, all of it would come out the same.

import type { Product, VerdictTimes } from './settings.ts';
import { createBoundedMap } from './bounded-map.ts';
import type { ActivateOutcome, Counter, StatusOutcome } from './counter.ts';
import { digestOf } from './identity.ts';
import type { License, LicenseStore } from './store.ts';
import { settledUntil } from './verdicts.ts';

/** For so long at most: visits are to be noted, and leases signed anew. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 10_000;

export interface RepeatsOptions {
  /** Without a version of the store nothing is remembered. */
  readonly store: Pick<LicenseStore, 'version'>;
  readonly times: VerdictTimes;
  readonly now: () => number;
}

/** The same counter, quicker for whoever asks it the same again. */
export function rememberRepeats(counter: Counter, { store, times, now }: RepeatsOptions): Counter {
  const { version } = store;
  if (!version) return counter;
  const activations = createMemory<Extract<ActivateOutcome, { kind: 'activated' }>>(times, now);
  const reports = createMemory<Extract<StatusOutcome, { kind: 'activated' }>>(times, now);

  return {
    ...counter,

    async activate(product, request, admit) {
      if (!isPlain(request)) return counter.activate(product, request, admit);
      const question = await questionOf(product, request);
      const asked = version();
      const known = activations.recall(question, asked);
      if (known) return known;
      const outcome = await counter.activate(product, request, admit);
      if (outcome.kind === 'activated' && !outcome.isNew) activations.keep(question, asked, outcome);
      return outcome;
    },

    async status(product, request, admitKey) {
      if (!isPlain(request)) return counter.status(product, request, admitKey);
      const question = await questionOf(product, request);
      const asked = version();
      const known = reports.recall(question, asked);
      if (known) {
        const retryAfterMs = await admitKey(known.license.keyHash);
        return retryAfterMs === undefined ? known : { kind: 'limited', retryAfterMs };
      }
      const outcome = await counter.status(product, request, admitKey);
      if (outcome.kind === 'activated') reports.keep(question, asked, outcome);
      return outcome;
    },
  };
}

interface Remembered<T> {
  readonly outcome: T;
  /** The store's version before it was read for this outcome. */
  readonly version: number;
  readonly from: number;
  readonly until: number;
}

function createMemory<T extends { readonly license: License }>(times: VerdictTimes, now: () => number) {
  const remembered = createBoundedMap<Remembered<T>>(MOST_REMEMBERED);

  return {
    recall(question: string, version: number): T | undefined {
      const known = remembered.get(question);
      if (known?.version !== version) return undefined;
      const time = now();
      return time >= known.from && time < known.until ? known.outcome : undefined;
    },
    keep(question: string, version: number, outcome: T): void {
      const from = now();
      const until = Math.min(from + REMEMBERED_MS, settledUntil(outcome.license, times));
      if (from < until) remembered.set(question, { outcome, version, from, until });
    },
  };
}

interface PlainRequest {
  readonly licenseKey: string;
  readonly deviceId?: string | undefined;
}

/** Whatever else a request brings, it wants more than to hear the same again. */
const PLAIN_FIELDS = new Set(['licenseKey', 'deviceId', 'product', 'deviceLabel']);

function isPlain(request: object): boolean {
  for (const name in request) if (!PLAIN_FIELDS.has(name)) return false;
  return true;
}

/** Two requests are the same question where these are the same; hashed, so that no license key stays in memory. */
const questionOf = (product: Product, { licenseKey, deviceId }: PlainRequest): string | Promise<string> =>
  digestOf(
    `${product.name}/${licenseKey.length}/${licenseKey}${deviceId === undefined ? '' : `/${deviceId}`}`,
  );
