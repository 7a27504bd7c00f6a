// Keeps the device's id and the last confirmation. IndexedDB is the record; localStorage mirrors it and takes over
// where IndexedDB fails; memory is the last. Browsers may drop any of them at any time; each heals the others.

import { createStore, update, type UseStore } from 'idb-keyval';
import { endOf } from './limit.ts';

/** Where things are kept; after `memory` nothing survives a reload. `host`: a storage of the host's own. */
export type StorageMode = 'indexeddb' | 'localstorage' | 'memory' | 'host';

/** Keeps small JSON values. */
export interface LicenseStorage {
  /** True for what was tried: known for certain after the first `change`. */
  readonly mode: StorageMode;
  /** What can be known without waiting. */
  peek(name: string): unknown;
  /**
   * Reads and writes in one step, across tabs where the place allows.
   *
   * @param next may be called twice; what it is given counts as absent where it is `undefined`
   * @returns what is stored afterwards
   */
  change(name: string, next: (old: unknown) => unknown): Promise<unknown>;
  /** Asks the browser not to delete what is stored; some show the question to the buyer. */
  persist?(): void;
}

/** What a host keeps things in, e.g. the preferences of Electron or Capacitor. A `Map` is one that forgets. */
export interface HostStorage {
  get(name: string): unknown;
  /** @param value JSON */
  set(name: string, value: unknown): unknown;
}

const DATABASE = 'license-gate';
const PREFIX = 'license-gate:';
/** A browser that has not answered by then will not. */
const DATABASE_LIMIT_MS = 2000;

export function createBrowserStorage(): LicenseStorage {
  const memory = new Map<string, unknown>();
  const database = createDatabase();
  let mode: StorageMode = 'indexeddb';

  function peek(name: string): unknown {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + name) ?? '') ?? undefined;
    } catch {
      return memory.get(name); // no localStorage here, or nothing of ours in it
    }
  }

  function mirror(name: string, value: unknown): void {
    memory.set(name, value);
    try {
      localStorage.setItem(PREFIX + name, JSON.stringify(value ?? null));
    } catch {
      if (mode === 'localstorage') mode = 'memory'; // full or forbidden; otherwise it is only a mirror
    }
  }

  return {
    get mode() {
      return mode;
    },
    peek,
    async change(name, next) {
      let value: unknown;
      const renew = (old: unknown) => (value = next(old ?? peek(name)));
      mirror(name, renew(undefined)); // so that a page loaded the next moment decides on it
      if (mode !== 'indexeddb') return value;
      await Promise.race([database(name, renew), endOf(AbortSignal.timeout(DATABASE_LIMIT_MS))]).catch(() => {
        mode = 'localstorage';
      });
      mirror(name, value);
      return value;
    },
    // Firefox answers only when the buyer does, and frames may be forbidden to ask: nobody waits for it.
    persist: () => void (async () => navigator.storage.persist())().catch(() => {}),
  };
}

/** IndexedDB, opened at the first use: where it is missing or forbidden that throws at once. */
function createDatabase() {
  let opened: UseStore | undefined;

  function open(): UseStore {
    const use = createStore(DATABASE, 'keyval');
    return (mode, work) =>
      use(mode, (values) => {
        const { db } = values.transaction;
        // Somebody deletes the database and is not to wait for this page; the next use opens a new one.
        db.onversionchange = () => {
          db.close();
          opened = undefined;
        };
        return work(values);
      });
  }

  return async (name: string, next: (old: unknown) => unknown): Promise<void> => {
    try {
      await update(name, next, (opened ??= open()));
    } catch {
      // A lost connection comes back only with a new one.
      await update(name, next, (opened = open()));
    }
  };
}

/** Keeps everything with the host, one change after another. What it throws reaches the caller. */
export function createHostStorage(host: HostStorage): LicenseStorage {
  let last: Promise<unknown> = Promise.resolve();
  return {
    mode: 'host',
    peek: () => undefined,
    change(name, next) {
      const change = async () => {
        const value = next(await host.get(name));
        await host.set(name, value);
        return value;
      };
      last = last.then(change, change);
      return last;
    },
  };
}

/** The id that the web sample of the marketplace's guide keeps: adopting it keeps the buyer's seat. */
export function guideDeviceId(): string | undefined {
  try {
    const id = localStorage.getItem('deviceId');
    return id && id.length <= 255 ? id : undefined;
  } catch {
    return undefined; // no localStorage here, so the sample never ran
  }
}
