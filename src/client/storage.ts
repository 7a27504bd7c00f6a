// Keeps the device's id and the last confirmation. IndexedDB is the record; localStorage mirrors it and is
// the next rung where IndexedDB fails; memory is the last. Browsers may drop any of them at any time.

import { createStore, get, update } from 'idb-keyval';

/** Where things are kept; after `memory` nothing survives a reload. `host`: a storage of the host's own. */
export type StorageMode = 'indexeddb' | 'localstorage' | 'memory' | 'host';

/** A place for small JSON values. `change` reads and writes in one step, across tabs where the place allows. */
export interface Shelf {
  readonly mode: StorageMode;
  read(name: string): Promise<unknown>;
  change(name: string, next: (old: unknown) => unknown): Promise<unknown>;
}

export interface LicenseStorage {
  readonly mode: StorageMode;
  /** What can be known without waiting. */
  peek(name: string): unknown;
  read(name: string): Promise<unknown>;
  /** @returns what is stored afterwards; `undefined` removes */
  change(name: string, next: (old: unknown) => unknown): Promise<unknown>;
}

const DATABASE = 'license-gate';
const PREFIX = 'license-gate:';
/** A browser that has not answered by then will not. */
const SHELF_LIMIT_MS = 2000;

export function createBrowserStorage(): LicenseStorage {
  // A lost connection to IndexedDB comes back only with a new one, so it is opened twice before giving up.
  const rungs = [indexedDbShelf, indexedDbShelf, localShelf, memoryShelf];
  let shelf = rungs.shift()!();

  async function attempt<T>(work: (on: Shelf) => Promise<T>): Promise<T> {
    for (;;) {
      const tried = shelf;
      try {
        return await within(SHELF_LIMIT_MS, () => work(tried));
      } catch (error) {
        if (tried !== shelf) continue; // another call has moved on meanwhile
        const next = rungs.shift();
        if (!next) throw error;
        shelf = next();
      }
    }
  }

  return {
    get mode() {
      return shelf.mode;
    },
    peek: readMirror,
    read: async (name) => (await attempt((on) => on.read(name))) ?? readMirror(name),
    async change(name, next) {
      const stored = await attempt((on) => on.change(name, (old) => next(old ?? readMirror(name))));
      writeMirror(name, stored);
      return stored;
    },
  };
}

function indexedDbShelf(): Shelf {
  let store: ReturnType<typeof createStore> | undefined;
  // Opening throws at once where IndexedDB is missing or forbidden, so it waits for the first use.
  const open = () => (store ??= createStore(DATABASE, 'keyval'));
  return {
    mode: 'indexeddb',
    read: async (name) => get(name, open()),
    async change(name, next) {
      let stored: unknown;
      await update(name, (old) => (stored = next(old)), open());
      return stored;
    },
  };
}

function localShelf(): Shelf {
  return {
    mode: 'localstorage',
    read: async (name) => parse(localStorage.getItem(PREFIX + name)),
    async change(name, next) {
      const stored = next(parse(localStorage.getItem(PREFIX + name)));
      if (stored === undefined) localStorage.removeItem(PREFIX + name);
      else localStorage.setItem(PREFIX + name, JSON.stringify(stored));
      return stored;
    },
  };
}

export function memoryShelf(): Shelf {
  const values = new Map<string, unknown>();
  return {
    mode: 'memory',
    read: async (name) => values.get(name),
    async change(name, next) {
      const stored = next(values.get(name));
      values.set(name, stored);
      return stored;
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

function readMirror(name: string): unknown {
  try {
    return parse(localStorage.getItem(PREFIX + name));
  } catch {
    return undefined; // no localStorage here: it is only a mirror
  }
}

function writeMirror(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // full or forbidden: it is only a mirror
  }
}

function parse(json: string | null): unknown {
  try {
    return json === null ? undefined : JSON.parse(json);
  } catch {
    return undefined; // not ours, or cut off: absent
  }
}

async function within<T>(limitMs: number, work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    clearTimeout(timer);
  }
}
