// The state as hosts see it: plain values, the license key only masked.

import type { Device, ProblemCode } from '../protocol/index.ts';
import { graceEnd } from './policy.ts';
import type { Problem } from './problem.ts';
import { licenseOf, type License } from './record.ts';
import { INITIAL, isOpen, type Access, type Activity, type State } from './model.ts';
import type { StorageMode } from './storage.ts';

export interface LicenseSnapshot {
  /** What is known: `grace` is open although the server could not be asked. */
  readonly access: Access;
  /** What is being done about it. */
  readonly activity: Activity['kind'];
  /** True where the license lets the app be used. */
  readonly open: boolean;
  readonly license: License | undefined;
  /** Why it is locked, or what the last attempt failed on. */
  readonly problem: Problem | undefined;
  readonly reason: ProblemCode | undefined;
  readonly graceEndsAt: Date | undefined;
  /** Who holds the seats, where the server has told. */
  readonly devices: readonly Device[];
  /** The server's signed statement, for the host to send to its own API. */
  readonly lease: string | undefined;
  readonly storageMode: StorageMode;
}

export function snapshotOf(state: State, storageMode: StorageMode): LicenseSnapshot {
  const open = isOpen(state);
  const problem = 'problem' in state ? state.problem : undefined;
  return {
    access: state.access,
    activity: state.activity.kind,
    open,
    license: open ? licenseOf(state.record) : undefined,
    problem,
    reason: problem?.code,
    graceEndsAt: open ? new Date(graceEnd(state.record)) : undefined,
    devices: state.devices,
    lease: open ? state.record.lease : undefined,
    storageMode,
  };
}

/** Before anything is known. */
export const INITIAL_SNAPSHOT = snapshotOf(INITIAL, 'indexeddb');

/** False for what a host could not notice, such as the time of the last look at the clock. */
export const isChanged = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) !== JSON.stringify(other);
