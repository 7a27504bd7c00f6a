// The short way to an open gate: what a returning buyer's browser knows by itself, at once or as soon as a signature is
// verified. It opens or it says nothing; all else is the client's affair, which is loaded behind the open gate.

import { text } from '../protocol/index.ts';
import { decide } from './decision.ts';
import type { Environment } from './environment.ts';
import { isKeySet, verifyLease } from './lease.ts';
import { readMirror } from './mirror.ts';
import { isOpen } from './model.ts';
import { atClock } from './policy.ts';
import type { Problem } from './problem.ts';
import { boundBy, parseRecord, serverTimeBy, type LicenseRecord } from './record.ts';
import { DEVICE_ID, keysSlot, recordSlot, type Settings } from './settings.ts';
import { INITIAL_SNAPSHOT, snapshotOf, type LicenseSnapshot } from './snapshot.ts';

export { failed } from './problem.ts';
export { readSettings } from './settings.ts';
export { INITIAL_SNAPSHOT, isChanged } from './snapshot.ts';

type Peek = Environment['storage']['peek'];

/** @returns what the client will say, too, where it is known to open the gate */
export async function openAtOnce(
  settings: Settings | Problem,
  { storage, now = Date.now }: Partial<Environment> = {},
): Promise<LicenseSnapshot | undefined> {
  if ('code' in settings) return undefined;
  const record = await recordAtOnce(settings, storage ? (name) => storage.peek(name) : readMirror);
  return record && openedBy(record, now());
}

/** @returns the last confirmation, with pinned keys once its signature is verified; where that takes more, nothing */
export function recordAtOnce(
  settings: Settings,
  peek: Peek,
): LicenseRecord | undefined | Promise<LicenseRecord | undefined> {
  const record = parseRecord(peek(recordSlot(settings)));
  const { publicKeys } = settings;
  if (!record || record.refusal || publicKeys === undefined) return record;
  const deviceId = settings.deviceId ?? text(peek(DEVICE_ID));
  const keys = typeof publicKeys === 'string' ? peek(keysSlot(publicKeys)) : publicKeys;
  if (deviceId === undefined || !isKeySet(keys)) return undefined;
  const owner = { deviceId, product: settings.product };
  return verifyLease(record.lease, keys, owner).then((claims) => claims && boundBy(record, claims, settings));
}

function openedBy(record: LicenseRecord, device: number): LicenseSnapshot | undefined {
  const at = serverTimeBy(record, device);
  const state = decide(atClock(record, at), at);
  return isOpen(state) ? snapshotOf(state, INITIAL_SNAPSHOT.storageMode) : undefined;
}
