// Notices when the marketplace suddenly calls many good licenses invalid: that is the marketplace's mistake rather
// than that of so many buyers, and nobody is revoked as long as it lasts.

import * as z from 'zod/mini';
import { readNote } from './stored-note.ts';
import type { LicenseStore } from './store.ts';

const HOUR_MS = 3_600_000;
const FEWEST_FLIPS = 10;
const FLIPPED_SHARE = 0.2;
/** The licenses last asked about; more than one marketplace budget lets anybody ask about in half an hour. */
const MOST_LICENSES = 1_000;

/** One license that was asked about: when, and whether the marketplace called it invalid though it is licensed here. */
export interface Asked {
  readonly license: string;
  readonly at: number;
  readonly flipped: boolean;
}

/** Also of a clock that was set back since: what is far ahead is as little worth as what is long ago. */
const isWithinHour = (at: number, now: number): boolean => Math.abs(now - at) < HOUR_MS;

/** With one more answer: each license counts once, with its last answer within the hour. */
export const withAnswer = (tally: readonly Asked[], asked: Asked): readonly Asked[] =>
  [
    ...tally.filter(({ license, at }) => license !== asked.license && isWithinHour(at, asked.at)),
    asked,
  ].slice(-MOST_LICENSES);

/** Over a fifth of the licenses that were asked about within the hour, and at least ten. */
export function isMassFlip(tally: readonly Asked[], now: number): boolean {
  const present = tally.filter(({ at }) => isWithinHour(at, now));
  const flips = present.filter(({ flipped }) => flipped).length;
  return flips >= FEWEST_FLIPS && flips > present.length * FLIPPED_SHARE;
}

export interface Breaker {
  /** Hears the marketplace's answer about a license that is licensed here, and says whether revoking must stop. */
  hear(license: string, answer: 'valid' | 'invalid'): Promise<boolean>;
  /** Whether revoking is stopped, as far as this process has heard. */
  isOpen(): boolean;
}

const NOTE = 'revocation-breaker';
const STORED = z.array(z.object({ license: z.string(), at: z.number(), flipped: z.boolean() }));

/** @param store keeps the tally, so that all processes count together and a restart forgets nothing */
export function createBreaker(store: Pick<LicenseStore, 'changeNote'>, now: () => number): Breaker {
  let tally: readonly Asked[] = [];

  return {
    hear: (license, answer) =>
      store.changeNote(NOTE, now(), (text) => {
        const at = now();
        tally = withAnswer(readNote(text, STORED) ?? [], { license, at, flipped: answer === 'invalid' });
        const save = { value: JSON.stringify(tally), until: at + HOUR_MS };
        return { save, outcome: isMassFlip(tally, at) };
      }),
    isOpen: () => isMassFlip(tally, now()),
  };
}
