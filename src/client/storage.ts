// Keeps the device's id and the last confirmation. IndexedDB is the record; localStorage mirrors it and takes over
// where IndexedDB fails; memory is the last. Browsers may drop any of them at any time; each heals the others.

import { createStore, promisifyRequest, type UseStore } from 'idb-keyval';
import { within } from './limit.ts';

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
/** A place that has not answered by then will not. */
const LIMIT_MS = 2000;

type Next = (old: unknown) => unknown;

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
      const text = JSON.stringify(value ?? null);
      if (localStorage.getItem(PREFIX + name) !== text) localStorage.setItem(PREFIX + name, text);
    } catch {
      // Full or forbidden. What stands there is out of date, and removing it needs no room.
      void (async () => localStorage.removeItem(PREFIX + name))().catch(() => {});
      if (mode === 'localstorage') mode = 'memory'; // otherwise it is only a mirror
    }
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

  return async (name: string, next: Next): Promise<void> => {
    try {
      await changeIn((opened ??= open()), name, next);
    } catch {
      // A lost connection comes back only with a new one.
      await changeIn((opened = open()), name, next);
    }
  };
}

const changeIn = (use: UseStore, name: string, next: Next) =>
  use('readwrite', async (values) => {
    const old: unknown = await promisifyRequest(values.get(name));
    const value = next(old);
    // What stays as it was is not written again; where nothing was, writing shows whether it can be.
    if (old === undefined || value !== old) values.put(value, name);
    await promisifyRequest(values.transaction);
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

/** The id that the web sample of the marketplace's guide keeps: adopting it keeps the buyer's seat. */
export function guideDeviceId(): string | undefined {
  try {
    const id = localStorage.getItem('deviceId');
    return id && id.length <= 255 ? id : undefined;
  } catch {
    return undefined; // no localStorage here, so the sample never ran
  }
}
