// Where a real browser keeps a license, and what becomes of it when a place fails.

import { expect } from '@open-wc/testing';
import { guideDeviceId } from '../../src/client/guide-device-id.ts';
import { createBrowserStorage } from '../../src/client/storage.ts';
import { forbidden, replace, restoreAll } from './browser-faults.ts';

const PREFIX = 'license-gate:';
const newName = () => `test-${crypto.randomUUID()}`;

const deleteDatabase = () =>
  new Promise<Event>((resolve) => {
    const request = indexedDB.deleteDatabase('license-gate');
    request.addEventListener('success', resolve);
    request.addEventListener('error', resolve);
  });

describe('storage in a browser', () => {
  afterEach(restoreAll);

  it('keeps values in IndexedDB across pages, and mirrors them where they can be read at once', async () => {
    const name = newName();

    await createBrowserStorage().change(name, () => ({ licenseName: 'Team License' }));

    const next = createBrowserStorage();
    expect(next.peek(name)).to.deep.equal({ licenseName: 'Team License' });
    localStorage.removeItem(PREFIX + name);
    expect(await next.change(name, (old) => old)).to.deep.equal({ licenseName: 'Team License' });
    expect(next.mode).to.equal('indexeddb');
    expect(next.peek(name)).to.deep.equal({ licenseName: 'Team License' });
  });

  it('is decided upon from the mirror the moment after a change, before IndexedDB has it', async () => {
    const name = newName();

    const change = createBrowserStorage().change(name, () => 1);

    expect(createBrowserStorage().peek(name)).to.equal(1);
    await change;
  });

  it('brings back to IndexedDB what only the mirror has kept', async () => {
    const name = newName();
    localStorage.setItem(PREFIX + name, '"kept"');

    await createBrowserStorage().change(name, (old) => old);

    localStorage.removeItem(PREFIX + name);
    expect(await createBrowserStorage().change(name, (old) => old)).to.equal('kept');
  });

  it('goes on when the database is deleted under its feet, and keeps nobody waiting who deletes it', async () => {
    const name = newName();
    const storage = createBrowserStorage();
    await storage.change(name, () => 'before');

    const start = performance.now();
    const { type } = await deleteDatabase();

    expect(type).to.equal('success');
    expect(performance.now() - start).to.be.lessThan(1000);
    expect(await storage.change(name, (old) => old)).to.equal('before');
    expect(storage.mode).to.equal('indexeddb');
  });

  it('opens the database again when the connection was lost', async () => {
    const name = newName();
    const storage = createBrowserStorage();
    await storage.change(name, () => 'kept');
    const { transaction } = IDBDatabase.prototype;
    let losses = 0;
    replace(
      IDBDatabase.prototype,
      'transaction',
      function lose(this: IDBDatabase, ...args: Parameters<typeof transaction>) {
        if (losses++ === 0)
          throw new DOMException('Connection to Indexed Database server lost', 'UnknownError');
        return transaction.apply(this, args);
      },
    );

    expect(await storage.change(name, (old) => old)).to.equal('kept');
    expect(storage.mode).to.equal('indexeddb');
    expect(losses).to.equal(2);
  });

  it('keeps to localStorage within some two seconds where IndexedDB never opens, and says so', async () => {
    const name = newName();
    replace(IDBFactory.prototype, 'open', () => new EventTarget());
    const storage = createBrowserStorage();
    const start = performance.now();

    await storage.change(name, () => 'kept');

    expect(performance.now() - start).to.be.within(1900, 2600);
    expect(storage.mode).to.equal('localstorage');
    expect(await createBrowserStorage().peek(name)).to.equal('kept');
    const again = performance.now();
    await storage.change(name, (old) => old);
    expect(performance.now() - again).to.be.lessThan(100);
  });

  for (const [what, open] of [
    ['throws', forbidden],
    ['is missing', undefined],
  ] as const) {
    it(`keeps to localStorage where IndexedDB ${what}`, async () => {
      const name = newName();
      replace(IDBFactory.prototype, 'open', open);
      const storage = createBrowserStorage();

      await storage.change(name, () => 'kept');

      expect(storage.mode).to.equal('localstorage');
      expect(localStorage.getItem(PREFIX + name)).to.equal('"kept"');
    });
  }

  it('keeps to IndexedDB where localStorage is forbidden', async () => {
    const name = newName();
    replace(Storage.prototype, 'getItem', forbidden);
    replace(Storage.prototype, 'setItem', forbidden);
    const storage = createBrowserStorage();

    await storage.change(name, () => 'kept');

    expect(storage.mode).to.equal('indexeddb');
    expect(await createBrowserStorage().change(name, (old) => old)).to.equal('kept');
    expect(guideDeviceId()).to.equal(undefined);
  });

  it('keeps to memory where both are forbidden, and says so after the first look', async () => {
    const name = newName();
    replace(IDBFactory.prototype, 'open', forbidden);
    replace(Storage.prototype, 'getItem', forbidden);
    replace(Storage.prototype, 'setItem', forbidden);
    const storage = createBrowserStorage();

    await storage.change(name, (old) => old);
    expect(storage.mode).to.equal('memory');

    await storage.change(name, () => 'for this page only');
    expect(await storage.change(name, (old) => old)).to.equal('for this page only');
  });

  it('keeps to memory where localStorage is full and IndexedDB is forbidden', async () => {
    replace(IDBFactory.prototype, 'open', forbidden);
    replace(Storage.prototype, 'setItem', () => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const storage = createBrowserStorage();

    await storage.change(newName(), () => 1);

    expect(storage.mode).to.equal('memory');
  });

  it('counts what others have written into the mirror as absent where it cannot be read', async () => {
    const name = newName();
    localStorage.setItem(PREFIX + name, '{"cut off');

    expect(createBrowserStorage().peek(name)).to.equal(undefined);
    expect(await createBrowserStorage().change(name, (old) => old)).to.equal(undefined);
  });

  it('keeps to localStorage where the database is full', async () => {
    const name = newName();
    replace(IDBObjectStore.prototype, 'put', () => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const storage = createBrowserStorage();

    await storage.change(name, () => 'kept');

    expect(storage.mode).to.equal('localstorage');
    expect(createBrowserStorage().peek(name)).to.equal('kept');
  });

  it('keeps to localStorage where a write never ends', async () => {
    const name = newName();
    replace(IDBObjectStore.prototype, 'get', () => new EventTarget());
    const storage = createBrowserStorage();
    const start = performance.now();

    await storage.change(name, () => 'kept');

    expect(performance.now() - start).to.be.within(1900, 2900);
    expect(storage.mode).to.equal('localstorage');
  });

  it('keeps to localStorage within some two seconds where another page holds up a deletion', async () => {
    const name = newName();
    await createBrowserStorage().change(name, () => 'before');
    const stubborn = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('license-gate');
      request.addEventListener('success', () => resolve(request.result));
    });
    const deleted = deleteDatabase();
    const storage = createBrowserStorage();

    const value = await storage.change(name, (old) => old);
    stubborn.close();
    await deleted;

    expect(value).to.equal('before');
    expect(storage.mode).to.equal('localstorage');
    expect(createBrowserStorage().peek(name)).to.equal('before');
  });

  it('heals from memory what a browser has wiped while the page was open, and no error is left unhandled', async () => {
    const name = newName();
    const unhandled: unknown[] = [];
    const listen = (event: PromiseRejectionEvent) => unhandled.push(event.reason);
    window.addEventListener('unhandledrejection', listen);
    const storage = createBrowserStorage();
    await storage.change(name, () => 'kept');

    localStorage.clear();
    await deleteDatabase();
    const value = await storage.change(name, (old) => old);
    await new Promise((resolve) => setTimeout(resolve, 50));
    window.removeEventListener('unhandledrejection', listen);

    expect(value).to.equal('kept');
    expect(await createBrowserStorage().change(name, (old) => old)).to.equal('kept');
    expect(unhandled).to.deep.equal([]);
  });

  it('leaves nothing out of date in a mirror that is full', async () => {
    const name = newName();
    const storage = createBrowserStorage();
    await storage.change(name, () => 'licensed');
    replace(Storage.prototype, 'setItem', () => {
      throw new DOMException('full', 'QuotaExceededError');
    });

    await storage.change(name, () => 'removed');

    expect(createBrowserStorage().peek(name)).to.equal(undefined);
    expect(await createBrowserStorage().change(name, (old) => old)).to.equal('removed');
    expect(storage.mode).to.equal('indexeddb');
  });

  it('writes nothing where nothing has changed', async () => {
    const name = newName();
    await createBrowserStorage().change(name, () => ({ some: 'value' }));
    let writes = 0;
    const count = () => void writes++;
    replace(IDBObjectStore.prototype, 'put', count);
    replace(Storage.prototype, 'setItem', count);

    await createBrowserStorage().change(name, (old) => old);

    expect(writes).to.equal(0);
  });

  it('agrees on one value with everybody who asks at once', async () => {
    const name = newName();
    const storages = Array.from({ length: 10 }, () => createBrowserStorage());

    const values = await Promise.all(
      storages.map((storage) => {
        const mine = crypto.randomUUID();
        return storage.change(name, (old) => old ?? mine);
      }),
    );

    expect(new Set(values).size).to.equal(1);
    expect(createBrowserStorage().peek(name)).to.equal(values[0]);
  });

  it('waits for nobody who is asked whether things may be kept', () => {
    replace(navigator, 'storage', { persist: () => new Promise(() => {}) });
    createBrowserStorage().persist?.();
    replace(navigator, 'storage', { persist: forbidden });
    createBrowserStorage().persist?.();
    replace(navigator, 'storage', undefined);
    createBrowserStorage().persist?.();
  });
});
