// What the client needs of the world, each with its real default.

import { watchPage } from './signals.ts';
import { createBrowserStorage, type LicenseStorage } from './storage.ts';

export interface Environment {
  readonly fetch: typeof globalThis.fetch;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** Milliseconds that no turned clock changes, as `performance.now()` counts them. */
  readonly uptime: () => number;
  /** 0 to 1 */
  readonly random: () => number;
  readonly randomUUID: () => string;
  readonly storage: LicenseStorage;
  readonly watchPage: typeof watchPage;
  readonly userAgent: string | undefined;
}

/** One for the page: gates that come and go, or stand side by side, are one device also where only memory is left. */
let pageStorage: LicenseStorage | undefined;

export const browserEnvironment = (): Environment => ({
  fetch: (...request) => fetch(...request),
  now: () => Date.now(),
  uptime: () => performance.now(),
  random: () => Math.random(),
  randomUUID,
  storage: (pageStorage ??= createBrowserStorage()),
  watchPage,
  userAgent: globalThis.navigator?.userAgent,
});

/** Pages served over plain http have no `crypto.randomUUID`, but every browser names a blob by such an id. */
function randomUUID(): string {
  if (crypto.randomUUID) return crypto.randomUUID();
  const url = URL.createObjectURL(new Blob());
  URL.revokeObjectURL(url);
  return url.slice(-36);
}
