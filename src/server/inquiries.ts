// Sees to it that only one process at a time asks the marketplace about a key, and nobody for a while after an
// `invalid`, so that trying a wrong key again and again costs nothing. Never for long: an order that is not complete
// yet becomes valid minutes later.

import * as z from 'zod/mini';
import { readNote } from './stored-note.ts';
import type { LicenseStore } from './store.ts';

/** A turn holds so long and is renewed while the inquiry lasts, so that a process that dies holds nobody up for longer. */
const TURN_MS = 4_000;
const RENEWED_EVERY_MS = 1_500;
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
  /** The turns that this process has. */
  const held = new Map<string, ReturnType<typeof setTimeout>>();

  function hold(key: string): void {
    clearTimeout(held.get(key));
    const timer = setTimeout(() => void renew(key), RENEWED_EVERY_MS);
    timer.unref?.(); // where the platform has none, it ends its processes itself
    held.set(key, timer);
  }

  async function renew(key: string): Promise<void> {
    await store
      .changeNote(nameOf(key), now(), (text) => {
        if (!held.has(key)) return { outcome: undefined }; // it has ended meanwhile
        return { save: noteOf({ ...read(text), askingUntil: now() + TURN_MS }), outcome: undefined };
      })
      .catch(() => {}); // a database that cannot be written lets the turn run out
    if (held.has(key)) hold(key);
  }

  return {
    async look(key) {
      return standing(read(await store.findNote(nameOf(key), now())), now());
    },
    async begin(key) {
      const found = await store.changeNote(nameOf(key), now(), (text) => {
        const stored = read(text);
        const before = standing(stored, now());
        if (before !== 'free') return { outcome: before };
        return { save: noteOf({ ...stored, askingUntil: now() + TURN_MS }), outcome: before };
      });
      if (found === 'free') hold(key);
      return found;
    },
    async end(key, found) {
      clearTimeout(held.get(key));
      held.delete(key);
      await store.changeNote(nameOf(key), now(), (text) => {
        const stored = found === 'valid' ? NOTHING : { ...read(text), askingUntil: 0 };
        return { save: noteOf(found === 'denied' ? deny(stored, now()) : stored), outcome: undefined };
      });
    },
  };
}

const nameOf = (key: string): string => `inquiry ${key}`;

const read = (text: string | undefined): Stored => readNote(text, STORED) ?? NOTHING;

function standing({ deniedUntil, askingUntil }: Stored, now: number): Inquiry {
  if (isAhead(deniedUntil, now, LONGEST_DENIAL_MS)) return 'denied';
  return isAhead(askingUntil, now, TURN_MS) ? 'under_way' : 'free';
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
