// Keeps the device's id and the last confirmation. IndexedDB is the record; localStorage mirrors it and takes over
// where IndexedDB fails; memory is the last. Browsers may drop any of them at any time; each heals the others.

import { within } from './limit.ts';
import { readMirror, writeMirror } from './mirror.ts';

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
const VALUES = 'keyval';
/** A place that has not answered by then will not. */
const LIMIT_MS = 2000;

type Next = (old: unknown) => unknown;

export function createBrowserStorage(): LicenseStorage {
  const memory = new Map<string, unknown>();
  const database = createDatabase();
  let mode: StorageMode = 'indexeddb';

  const peek = (name: string): unknown => readMirror(name) ?? memory.get(name);

  function mirror(name: string, value: unknown): void {
    memory.set(name, value);
    // Otherwise it is only a mirror.
    if (!writeMirror(name, value) && mode === 'localstorage') mode = 'memory';
  }

  return {
    get mode() {
      return mode;
    },
    peek,
    async change(name, next) {
      let value: unknown;
      const renew: Next = (old) => {
        value = next(old ?? peek(name));
        mirror(name, value); // in the transaction, so that both keep the same order across tabs
        return value;
      };
      renew(undefined); // so that a page loaded the next moment decides on it
      if (mode !== 'indexeddb') return value;
      try {
        await within(LIMIT_MS, database(name, renew));
      } catch {
        mode = 'localstorage';
        mirror(name, value);
      }
      return value;
    },
    // Firefox answers only when the buyer does, and frames may be forbidden to ask: nobody waits for it.
    persist: () => void (async () => navigator.storage.persist())().catch(() => {}),
  };
}

/* oxlint-disable unicorn/prefer-add-event-listener -- each of these has one listener, and bytes count here */

/** IndexedDB, opened at the first use: where it is missing or forbidden that throws at once. */
function createDatabase() {
  let opened: Promise<IDBDatabase> | undefined;

  async function open(): Promise<IDBDatabase> {
    const request = indexedDB.open(DATABASE);
    request.onupgradeneeded = () => request.result.createObjectStore(VALUES);
    const database = await answerOf(request);
    // Closed by the browser, or to be deleted by somebody who is not to wait for this page: the next use opens a new one.
    database.onclose = database.onversionchange = () => {
      database.close();
      opened = undefined;
    };
    return database;
  }

  return async (name: string, next: Next): Promise<void> => {
    try {
      await changeIn(await (opened ??= open()), name, next);
    } catch {
      // A lost connection comes back only with a new one.
      await changeIn(await (opened = open()), name, next);
    }
  };
}

async function changeIn(database: IDBDatabase, name: string, next: Next): Promise<void> {
  const transaction = database.transaction(VALUES, 'readwrite');
  const values = transaction.objectStore(VALUES);
  const old: unknown = await answerOf(values.get(name));
  const value = next(old);
  // What stays as it was is not written again; where nothing was, writing shows whether it can be.
  if (old === undefined || value !== old) values.put(value, name);
  await new Promise<unknown>((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error as DOMException); // there is one by then
  });
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error as DOMException); // there is one by then
  });

const ofHosts = new WeakMap<HostStorage, LicenseStorage>();

/**
 * Keeps everything with the host, one change after another; the same for everybody who names this host. A host that
 * throws, or does not answer for two seconds, is not asked again in this page: the browser's own storage takes over.
 */
export function createHostStorage(host: HostStorage): LicenseStorage {
  const made = ofHosts.get(host) ?? makeHostStorage(host);
  ofHosts.set(host, made);
  return made;
}

function makeHostStorage(host: HostStorage): LicenseStorage {
  let instead: LicenseStorage | undefined;
  let last: Promise<unknown> = Promise.resolve();

  async function change(name: string, next: Next): Promise<unknown> {
    const ask = async () => {
      const value = next(await host.get(name));
      await host.set(name, value);
      return value;
    };
    try {
      return await (instead?.change(name, next) ?? within(LIMIT_MS, ask()));
    } catch {
      return (instead ??= createBrowserStorage()).change(name, next);
    }
  }

  return {
    get mode() {
      return instead?.mode ?? 'host';
    },
    peek: (name) => instead?.peek(name),
    change: (name, next) => (last = last.then(() => change(name, next))),
    persist: () => instead?.persist?.(),
  };
}
