// The client on what a real browser has: IndexedDB, localStorage, BroadcastChannel, Web Locks, several pages of one origin.

import { expect } from '@open-wc/testing';
import {
  createLicenseClient,
  type Environment,
  type LicenseClient,
  type LicenseSnapshot,
} from '../../src/client/index.ts';

import { browserEnvironment } from '../../src/client/environment.ts';
import { createBrowserStorage } from '../../src/client/storage.ts';
import { countLive, forbidden, replace, restoreAll } from './browser-faults.ts';

const KEY = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
const DAY = 86_400_000;
const DATABASE_LIMIT_MS = 2000;

interface Request {
  readonly path: string;
  readonly deviceId: string;
}

/** Another page of this origin with a client in it, as another tab has. */
interface Tab extends HTMLIFrameElement {
  readonly contentWindow: Window & { client: LicenseClient; ready: Promise<void> };
}

const page = window as unknown as { ask: (url: string, body: string) => Promise<Response> };
const opened: { close(): void }[] = [];
let server = '';
let requests: Request[] = [];
let answer = (_path: string): Promise<Response> => Promise.reject(new TypeError('not told what to answer'));

const confirm = async (path: string) =>
  Response.json(
    path === '/deactivate' ? { deactivated: true } : { activated: true, licenseName: 'Team License' },
  );

page.ask = (url, body) => {
  const { deviceId } = JSON.parse(body) as { deviceId: string };
  const path = new URL(url).pathname;
  requests.push({ path, deviceId });
  return answer(path);
};

const fetchHere: typeof fetch = (url, init) => page.ask(String(url), String(init?.body));

/** Opens a client as a new page would, with nothing left in memory. */
function open(environment: Partial<Environment> = {}): LicenseClient {
  const storage = createBrowserStorage();
  const client = createLicenseClient({ server }, { fetch: fetchHere, storage, ...environment });
  opened.push(client);
  return client;
}

async function openTab(): Promise<Tab> {
  const frame = document.createElement('iframe') as Tab;
  frame.srcdoc = `<script type="module">
    import { createLicenseClient } from '/src/client/index.ts';
    window.client = createLicenseClient({ server: '${server}' }, {
      fetch: async (url, init) => {
        const answer = await parent.ask(String(url), String(init.body));
        return new Response(await answer.text(), { status: answer.status });
      },
    });
    parent.postMessage('loaded');
  </script>`;
  opened.push({ close: () => frame.remove() });
  const loaded = new Promise((resolve) => {
    window.addEventListener('message', function heard({ source }) {
      if (source !== frame.contentWindow) return;
      window.removeEventListener('message', heard);
      resolve(undefined);
    });
  });
  document.body.append(frame);
  await loaded;
  return frame;
}

const openTabs = (count: number) => Promise.all(Array.from({ length: count }, openTab));

async function until(isSo: () => boolean, limitMs = 1000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!isSo() && performance.now() < end) await pause(5);
  expect(isSo(), `not within ${limitMs} ms`).to.equal(true);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const forget = () =>
  new Promise<void>((resolve) => {
    localStorage.clear();
    indexedDB.deleteDatabase('license-gate').addEventListener('success', () => resolve());
  });

describe('client in a browser', () => {
  beforeEach(async () => {
    await forget();
    server = `https://${crypto.randomUUID()}.licenses.test`;
    requests = [];
    answer = confirm;
  });

  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
    restoreAll();
  });

  it('opens a returning page in its first script, with no request', async () => {
    await open().activate(KEY);

    const { snapshot } = open();

    expect(snapshot.access).to.equal('unlocked');
    await pause(100);
    expect(requests).to.have.length(1);
  });

  it('opens a returning page from IndexedDB where the mirror is gone, and never shows it locked', async () => {
    await open().activate(KEY);
    await pause(100);
    localStorage.clear();

    const client = open();
    const accesses = new Set<string>();
    client.subscribe((now) => accesses.add(now.access));
    await client.ready;

    expect([...accesses]).to.deep.equal(['unknown', 'unlocked']);
  });

  it('opens a returning page from the mirror where the database was deleted', async () => {
    const client = open();
    await client.activate(KEY);
    await pause(100);
    const first = requests[0]?.deviceId;
    await new Promise((resolve) =>
      indexedDB.deleteDatabase('license-gate').addEventListener('success', resolve),
    );

    const next = open();
    await next.check();

    expect(next.snapshot.access).to.equal('unlocked');
    expect(requests.map(({ deviceId }) => deviceId)).to.deep.equal([first, first]);
    expect(next.snapshot.storageMode).to.equal('indexeddb');
  });

  it('is one device in ten tabs that start and activate together', async () => {
    const tabs = await openTabs(10);

    await Promise.all(tabs.map(({ contentWindow }) => contentWindow.client.activate(KEY)));

    expect(tabs.every(({ contentWindow }) => contentWindow.client.snapshot.open)).to.equal(true);
    expect(new Set(requests.map(({ deviceId }) => deviceId)).size).to.equal(1);
  });

  it('keeps the seat of a buyer whose page used the web sample of the marketplace’s guide', async () => {
    const deviceId = crypto.randomUUID();
    localStorage.setItem('deviceId', deviceId);

    await open().activate(KEY);

    expect(requests[0]?.deviceId).to.equal(deviceId);
    expect(localStorage.getItem('deviceId')).to.equal(deviceId);
  });

  it('opens every tab within a second of an activation in one, and locks all with a deactivation', async () => {
    const tabs = await openTabs(4);
    const clients = tabs.map(({ contentWindow }) => contentWindow.client);
    const areOpen = () => clients.map(({ snapshot }) => snapshot.open);
    await Promise.all(clients.map(({ ready }) => ready));

    await clients[0]?.activate(KEY);
    await until(() => areOpen().every(Boolean));
    await clients[3]?.deactivate();
    await until(() => areOpen().every((isOpen) => !isOpen));

    expect(requests.map(({ path }) => path)).to.deep.equal(['/activate', '/deactivate']);
  });

  it('asks once for ten tabs whose day is over', async () => {
    const now = Date.now();
    const yesterday = open({ now: () => now - DAY });
    await yesterday.activate(KEY);
    await pause(100);
    yesterday.close();
    requests = [];

    const tabs = await openTabs(10);
    const snapshots = () => tabs.map(({ contentWindow }) => contentWindow.client.snapshot);
    await until(() => snapshots().every(({ activity }) => activity === 'idle'), 5000);

    expect(requests).to.have.length(1);
    expect(snapshots().every(({ access }) => access === 'unlocked')).to.equal(true);
  });

  it('goes on when the tab whose turn it is crashes', async () => {
    const [tab] = await openTabs(1);
    answer = () => new Promise(() => {});
    void tab?.contentWindow.client.activate(KEY);
    await until(() => requests.length === 1);
    const start = performance.now();

    tab?.remove();
    answer = confirm;
    await open().activate(KEY);

    expect(performance.now() - start).to.be.lessThan(1000);
  });

  it('works where Web Locks are refused', async () => {
    replace(LockManager.prototype, 'request', () => Promise.reject(new DOMException('', 'SecurityError')));

    const outcome = await open().activate(KEY);

    expect(outcome.ok).to.equal(true);
  });

  it('works in a sandboxed frame that may keep nothing, and tells so before a seat is spent', async () => {
    replace(LockManager.prototype, 'request', () => Promise.reject(new DOMException('', 'SecurityError')));
    replace(IDBFactory.prototype, 'open', forbidden);
    replace(Storage.prototype, 'getItem', forbidden);
    replace(Storage.prototype, 'setItem', forbidden);
    if (navigator.storage) replace(navigator.storage, 'persist', forbidden);
    const client = open();

    const before = await client.ready;
    const outcome = await client.activate(KEY);

    expect([before.storageMode, before.access, requests.length]).to.deep.equal(['memory', 'locked', 1]);
    expect(outcome.ok).to.equal(true);
    expect(client.snapshot.storageMode).to.equal('memory');
  });

  it('is one device in one page that may keep nothing, and opens again what is taken out and put back', async () => {
    replace(IDBFactory.prototype, 'open', forbidden);
    replace(Storage.prototype, 'getItem', forbidden);
    replace(Storage.prototype, 'setItem', forbidden);
    const storage = createBrowserStorage();
    const first = open({ storage });
    await first.activate(KEY);
    first.close();

    const again = open({ storage });
    await again.check();

    expect(again.snapshot.access).to.equal('unlocked');
    expect(requests[0]?.deviceId).to.equal(requests[1]?.deviceId);
  });

  it('uses one storage for all clients of a page', () => {
    const { storage } = browserEnvironment();

    expect(browserEnvironment().storage).to.equal(storage);
  });

  it('knows within some two seconds that a database which never opens keeps nothing, before a seat is spent', async () => {
    replace(IDBFactory.prototype, 'open', () => new EventTarget());
    const start = performance.now();

    const { storageMode, access } = await open().ready;

    expect(performance.now() - start).to.be.within(DATABASE_LIMIT_MS - 100, DATABASE_LIMIT_MS + 600);
    expect(storageMode).to.equal('localstorage');
    expect(access).to.equal('locked');
  });

  it('opens a returning page at once also where the database never opens', async () => {
    await open().activate(KEY);
    replace(IDBFactory.prototype, 'open', () => new EventTarget());

    const { snapshot } = open();

    expect(snapshot.access).to.equal('unlocked');
  });

  it('asks before it shows anything when the page comes back whole after eight days', async () => {
    let now = Date.now();
    const client = open({ now: () => now });
    await client.activate(KEY);
    const seen: LicenseSnapshot['access'][] = [];
    client.subscribe((after) => seen.push(after.access));
    now += 8 * DAY;

    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));

    expect(client.snapshot.access).to.equal('unknown');
    await until(() => client.snapshot.access === 'unlocked');
    expect(seen).to.deep.equal(['unlocked', 'unknown', 'unlocked']);
    expect(requests).to.have.length(2);
  });

  it('asks again when the network comes back', async () => {
    const client = open();
    await client.activate(KEY);
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await client.check();
    expect(client.snapshot.access).to.equal('grace');

    answer = confirm;
    window.dispatchEvent(new Event('online'));

    await until(() => client.snapshot.access === 'unlocked');
  });

  it('has a device id also on a page served over plain http', async () => {
    server = 'https://plain.licenses.test';
    replace(Crypto.prototype, 'randomUUID', undefined);

    await open().activate(KEY);

    expect(requests[0]?.deviceId).to.match(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('leaves no listener, timer or channel once it is closed, a thousand times over', async () => {
    const live = countLive();

    for (let round = 0; round < 10; round++) {
      const clients = Array.from({ length: 100 }, () =>
        createLicenseClient({ server }, { fetch: fetchHere }),
      );
      await Promise.all(clients.map(({ ready }) => ready));
      for (const client of clients) client.close();
    }
    for (let cycle = 0; cycle < 1000; cycle++) createLicenseClient({ server }, { fetch: fetchHere }).close();
    await pause(50);

    expect(live.made()).to.deep.equal({ listeners: 3000, channels: 1000 });
    expect(live.left()).to.deep.equal({ listeners: 0, timers: 0, channels: 0 });
    expect(requests).to.have.length(0);
  });

  it('calls off what it has asked when it is closed', async () => {
    const signals: (AbortSignal | null | undefined)[] = [];
    const client = open({
      fetch: (_url, init) => {
        signals.push(init?.signal);
        return new Promise(() => {});
      },
    });
    const outcome = client.activate(KEY);
    await until(() => signals.length === 1);

    client.close();

    expect(signals[0]?.aborted).to.equal(true);
    expect((await outcome).ok).to.equal(false);
  });
});
