// The license server for anything that runs `fetch` handlers. It imports nothing of Node's: SQLite
// (./stores/sqlite.ts) is an entry of its own, and starting on Node loads what it needs when it is called.

import type { RunningServer, StartOptions } from './main.ts';
import type { LicenseStore } from './store.ts';

export { createLicenseServer, type LicenseServer, type LicenseServerOptions } from './app.ts';
export { parseConfig, type ConfigResult } from './config.ts';
export { createDesk, type Desk, type Holding } from './desk.ts';
export type * from './settings.ts';
export { createMemoryStore } from './stores/memory.ts';
export type { License, LicenseDraft, LicenseStore, Seat, SeatChange, SeatView } from './store.ts';
export {
  createSigningKeys,
  rotateSigningKeys,
  type KeysShown,
  type RotateOptions,
  type RotateOutcome,
} from './rotate-keys.ts';
export { createMarketplaceVerifier, type MarketplaceOptions } from './verifiers/3dimli.ts';
export type { Obstacle, Verdict, Verifier } from './verifier.ts';
export {
  createJsonLog,
  createRedactedLog,
  secretsIn,
  shownDatabase,
  type Log,
  type LogLevel,
} from './log.ts';
export type { RunningServer, StartOptions };

/**
 * Opens the configured database, listens, and serves until it is stopped. Node only.
 *
 * @throws where the database cannot be opened or the port is taken
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { startServer: start } = await import(/* webpackIgnore: true */ /* @vite-ignore */ './main.ts');
  return start(options);
}

/**
 * Opens what `database` in the configuration names. Node only.
 *
 * @throws where it cannot be opened
 */
export async function openStore(database: string): Promise<LicenseStore> {
  const { openStore: open } = await import(/* webpackIgnore: true */ /* @vite-ignore */ './main.ts');
  return open(database);
}
