// Keeps everything in this process's memory: for tests, demos and a first try. A restart forgets it all.

import {
  SEATS_SHOWN,
  withDraft,
  type License,
  type LicenseCount,
  type LicenseStore,
  type Note,
  type Seat,
} from '../store.ts';
import { addCounts } from './rows.ts';

/** How often the notes whose time is over are swept out, so that memory does not grow. */
const SWEEP_MS = 60_000;

/** A store without a database. Decisions are synchronous, so each change is atomic by itself. */
export function createMemoryStore(): LicenseStore {
  const licenses = new Map<string, License>();
  const idsByKey = new Map<string, string>();
  const seats = new Map<string, Map<string, Seat>>();
  const secrets = new Map<string, string>();
  const notes = createNotes();
  let changes = 0;

  const find = (product: string, keyHash: string) =>
    licenses.get(idsByKey.get(`${product} ${keyHash}`) ?? '');
  const seatsOf = (licenseId: string) => seats.get(licenseId) ?? new Map<string, Seat>();
  const sorted = (licenseId: string, compare: (one: Seat, other: Seat) => number) =>
    [...seatsOf(licenseId).values()].toSorted(compare).slice(0, SEATS_SHOWN);

  return {
    findLicense: async (product, keyHash) => find(product, keyHash),
    findSeat: async (licenseId, handle) => seatsOf(licenseId).get(handle),
    listSeats: async (licenseId) => sorted(licenseId, (one, other) => other.lastSeen - one.lastSeen),

    async touchSeat(licenseId, { handle, label, lastSeen }) {
      const seat = seatsOf(licenseId).get(handle);
      if (!seat) return;
      changes += 1;
      seatsOf(licenseId).set(handle, { ...seat, label, lastSeen });
    },

    async changeLicense(product, keyHash, decide) {
      const license = find(product, keyHash);
      const { save, outcome } = decide(license);
      if (save) {
        changes += 1;
        licenses.set(save.id, withDraft(license, save));
        idsByKey.set(`${product} ${keyHash}`, save.id);
      }
      return outcome;
    },

    async changeSeats(licenseId, handles, decide) {
      const license = licenses.get(licenseId);
      if (!license) throw new Error(`There is no license ${licenseId}.`);
      const taken = new Map(seatsOf(licenseId));
      const { change, outcome } = decide({
        license,
        named: new Map([...taken].filter(([handle]) => handles.includes(handle))),
        longestUnseen: () => sorted(licenseId, (one, other) => one.lastSeen - other.lastSeen),
      });
      if (change) {
        changes += 1;
        for (const handle of change.release ?? []) taken.delete(handle);
        if (change.take) taken.set(change.take.handle, change.take);
        seats.set(licenseId, taken);
        licenses.set(licenseId, { ...license, ...change.counted, devicesUsed: taken.size });
      }
      return outcome;
    },

    async keepSecret(name, fresh) {
      if (!secrets.has(name)) secrets.set(name, fresh);
      return secrets.get(name) ?? fresh;
    },
    findSecret: async (name) => secrets.get(name),
    async changeSecret(name, decide) {
      const secret = decide(secrets.get(name));
      secrets.set(name, secret);
      return secret;
    },
    findNote: async (name, now) => notes.find(name, now),
    async changeNote(name, now, decide) {
      const { save, outcome } = decide(notes.find(name, now));
      if (save) notes.save(name, save, now);
      return outcome;
    },
    version: () => changes,
    countLicenses: async () =>
      addCounts(
        [...licenses.values()].map((license) => ({
          product: license.product,
          standing: standingOf(license),
          licenses: 1,
          seats: license.devicesUsed,
        })),
      ),
    ping: async () => {},
    close: async () => {},
  };
}

function standingOf({ bannedAt, revokedAt, invalidSince }: License): LicenseCount['standing'] {
  if (bannedAt !== undefined) return 'banned';
  if (revokedAt !== undefined) return 'revoked';
  return invalidSince === undefined ? 'licensed' : 'doubted';
}

function createNotes() {
  const notes = new Map<string, Note>();
  let sweptAt = 0;

  return {
    find(name: string, now: number): string | undefined {
      const note = notes.get(name);
      return note && note.until > now ? note.value : undefined;
    },
    save(name: string, note: Note, now: number): void {
      notes.set(name, note);
      if (now - sweptAt < SWEEP_MS) return;
      sweptAt = now;
      for (const [other, { until }] of notes) if (until <= now) notes.delete(other);
    },
  };
}
