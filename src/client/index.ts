export {
  createLicenseClient,
  type Cause,
  type Environment,
  type LicenseClient,
  type Listener,
  type Outcome,
} from './client.ts';
export type { LicenseClientOptions } from './settings.ts';
export { INITIAL_SNAPSHOT, type LicenseSnapshot } from './snapshot.ts';
export type { License } from './record.ts';
export type { Problem } from './problem.ts';
export type { Access, Activity, SeatPolicy } from './state.ts';
export type { KeySet } from './lease.ts';
export { memoryShelf, type LicenseStorage, type Shelf, type StorageMode } from './storage.ts';
