// Sees to it that only one process at a time asks the marketplace about a key, and nobody for a while after an
// `invalid`, so that trying a wrong key again and again costs nothing. Never for long: an order that is not complete
// yet becomes valid minutes later.

import * as z from 'zod/mini';
import { readNote } from './stored-note.ts';
import type { LicenseStore } from './store.ts';

/** Longer than an inquiry can take: the queue, the marketplace's time limit and some writing. */
const LONGEST_INQUIRY_MS = 20_000;
const FIRST_DENIAL_MS = 60_000;
const LONGEST_DENIAL_MS = 10 * 60_000;

/** Whether a key may be asked about, is being asked about by another process, or has just been called invalid. */
export type Inquiry = 'free' | 'under_way' | 'denied';

export interface Inquiries {
  look(key: string): Promise<Inquiry>;
  /** Takes the turn where the answer is `free`. */
  begin(key: string): Promise<Inquiry>;
  /** Ends the turn; each denial in a row is remembered twice as long. */
  end(key: string, found: 'denied' | 'valid' | 'nothing'): Promise<void>;
}

/** What the store keeps about a key; the end of an inquiry is kept, too, because a process can die in one. */
const STORED = z.object({ askingUntil: z.number(), deniedUntil: z.number(), deniedForMs: z.number() });
type Stored = z.infer<typeof STORED>;

const NOTHING: Stored = { askingUntil: 0, deniedUntil: 0, deniedForMs: 0 };

/** @param store keeps a note for each key, so that all processes know */
export function createInquiries(
  store: Pick<LicenseStore, 'findNote' | 'changeNote'>,
  now: () => number,
): Inquiries {
  return {
    async look(key) {
      return standing(read(await store.findNote(nameOf(key), now())), now());
    },
    begin: (key) =>
      store.changeNote(nameOf(key), now(), (text) => {
        const stored = read(text);
        const found = standing(stored, now());
        if (found !== 'free') return { outcome: found };
        return { save: noteOf({ ...stored, askingUntil: now() + LONGEST_INQUIRY_MS }), outcome: found };
      }),
    end: (key, found) =>
      store.changeNote(nameOf(key), now(), (text) => {
        const stored = found === 'valid' ? NOTHING : { ...read(text), askingUntil: 0 };
        return { save: noteOf(found === 'denied' ? deny(stored, now()) : stored), outcome: undefined };
      }),
  };
}

const nameOf = (key: string): string => `inquiry ${key}`;

const read = (text: string | undefined): Stored => readNote(text, STORED) ?? NOTHING;

function standing({ deniedUntil, askingUntil }: Stored, now: number): Inquiry {
  if (isAhead(deniedUntil, now, LONGEST_DENIAL_MS)) return 'denied';
  return isAhead(askingUntil, now, LONGEST_INQUIRY_MS) ? 'under_way' : 'free';
}

/**
 * What ends far later than it can was begun before the clock was set back, and counts as over. Twice as late is still
 * believed, because another process's clock may be ahead.
 */
const isAhead = (until: number, now: number, longestMs: number): boolean =>
  until > now && until <= now + 2 * longestMs;

function deny({ deniedForMs }: Stored, now: number): Stored {
  const forMs = deniedForMs === 0 ? FIRST_DENIAL_MS : Math.min(deniedForMs * 2, LONGEST_DENIAL_MS);
  return { askingUntil: 0, deniedUntil: now + forMs, deniedForMs: forMs };
}

/** A denial is remembered for as long again as it lasted, so that the next in a row knows how long it was. */
const noteOf = (stored: Stored) => ({
  value: JSON.stringify(stored),
  until: Math.max(stored.askingUntil, stored.deniedUntil + LONGEST_DENIAL_MS),
});
