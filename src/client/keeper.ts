// Keeps one license's record and this device's id: reads, verifies and stores them, in order. It decides nothing,
// and where things are kept is the storage's affair.

import { count, exactly, fields, text } from '../protocol/index.ts';
import type { Environment } from './environment.ts';
import { guideDeviceId } from './guide-device-id.ts';
import { boundBy, parseRecord, type LicenseRecord } from './record.ts';
import { DEVICE_ID, type Settings } from './settings.ts';
import { unverified, type LeaseVerifier } from './verifier.ts';

/** `null`: removed by a deactivation. `undefined`: never stored, or lost with the browser's storage. */
export type Kept = LicenseRecord | null | undefined;

export interface Keeper {
  /**
   * Made at the first call on this device, and the same from then on.
   *
   * @param instead from now on it is this one
   */
  deviceId(instead?: string): Promise<string>;
  /** What is stored, also where another tab has stored it. Afterwards it is known which storage works. */
  read(): Promise<Kept>;
  /** Stores a confirmation or a refusal after everything that was to be stored before, and tells `onStored`. */
  save(record: LicenseRecord): void;
  /** Stores a later look at the clock, unless the confirmation it belongs to was replaced or refused meanwhile. */
  note(record: LicenseRecord, confirmedAt: number): void;
  /** @param now keeps the removal apart from what was stored before it */
  remove(now: number): void;
  /** Resolves when everything is stored that was to be. */
  settled(): Promise<unknown>;
}

const readRemoval = fields({ removed: exactly(true) }, {});
const readSeenAt = fields({ seenAt: count }, {});
const seenAt = (stored: unknown): number => readSeenAt(stored)?.seenAt ?? 0;

/** When the server or the buyer last said something. A later look at the clock says nothing about the license. */
function saidAt(stored: unknown): number {
  const record = parseRecord(stored);
  return record && !record.refusal ? record.confirmedAt : seenAt(stored);
}

/** @param onStored called once news for other tabs is durable */
export function createKeeper(
  slot: string,
  settings: Settings,
  verifier: LeaseVerifier | undefined,
  { storage, randomUUID }: Environment,
  onStored: () => void,
): Keeper {
  const { product } = settings;
  let writes: Promise<unknown> = Promise.resolve();

  let knownId = settings.deviceId;

  async function deviceId(instead?: string): Promise<string> {
    // A browser that is cleared under the open page is not to come back as another device.
    const fresh = knownId ?? guideDeviceId() ?? randomUUID();
    return (knownId =
      settings.deviceId ?? String(await storage.change(DEVICE_ID, (old) => instead ?? (text(old) || fresh))));
  }

  /** With pinned keys a record counts only with its signature; without one the server is asked again. */
  async function verified(record: LicenseRecord, { stored }: LeaseVerifier) {
    // Another tab may have become another device.
    const id = settings.deviceId ?? text(storage.peek(DEVICE_ID)) ?? (await deviceId());
    const claims = await stored(record.lease, { deviceId: id, product });
    return claims ? boundBy(record, claims, settings) : { ...record, refusal: unverified() };
  }

  async function keptOf(stored: unknown): Promise<Kept> {
    if (readRemoval(stored)) return null;
    const record = parseRecord(stored);
    return record && verifier && !record.refusal ? verified(record, verifier) : record;
  }

  /** Where one place could not be written, or was not yet, the other holds what came later. */
  const latest = (old: unknown): unknown => {
    const mirrored = storage.peek(slot);
    const ahead = saidAt(mirrored) - saidAt(old) || seenAt(mirrored) - seenAt(old);
    return ahead > 0 ? mirrored : old;
  };

  function queue(next: (old: unknown) => unknown, whenDone?: () => void): void {
    writes = writes
      .then(() => storage.change(slot, next))
      .then(whenDone)
      .catch(() => {}); // only a host's storage can fail, and the gate is open all the same
  }

  return {
    deviceId,
    async read() {
      await writes; // what this tab is about to store is newer
      return storage.change(slot, latest).then(keptOf, () => undefined);
    },
    save: (record) => queue(() => record, onStored),
    note: (record, confirmedAt) =>
      queue((old) => {
        const stored = latest(old);
        const held = parseRecord(stored);
        const isSame = held?.confirmedAt === confirmedAt && !held.refusal === !record.refusal;
        return isSame ? record : stored;
      }),
    remove: (now) => queue(() => ({ removed: true, seenAt: now }), onStored),
    settled: () => writes,
  };
}
