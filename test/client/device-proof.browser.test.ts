// A device's key in a real browser, and the real license server, which runs in this page and is asked by others in frames.

import { expect } from '@open-wc/testing';
import type { LicenseClient } from '../../src/client/index.ts';
import { createLicenseServer, createMemoryStore, parseConfig } from '../../src/server/index.ts';
import { PURCHASES } from '../../src/testing/fixtures.ts';

const KEY = PURCHASES.standard.key;
const TEAM_KEY = PURCHASES.team.key;
const DAY_MS = 86_400_000;
const KEY_DATABASE = 'license-gate-device';

interface Sent {
  readonly path: string;
  readonly body: Record<string, string>;
  readonly status: number;
  readonly answer: Record<string, unknown>;
}

/** A license server of its own for each test, and what it was asked. */
interface Server {
  readonly url: string;
  readonly sent: Sent[];
  /** What pages may pin. */
  keys(): Promise<object>;
  /** Stands in for the way there. */
  ask: (url: string, body: string) => Promise<Response>;
}

function startServer(config: object = {}): Server {
  const seats = { 'Standard License': 1, 'Team License': 5 };
  const parsed = parseConfig(
    { products: { '/my-tool': { seats, ...config } }, allowedOrigins: ['*'], rateLimits: false },
    { DIMLI_SELLER_TOKEN: 'token' },
  );
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  const licenseServer = createLicenseServer({
    config: parsed.config,
    store: createMemoryStore(),
    verifier: {
      verify: async (_product, key) => ({
        kind: 'valid',
        licenseName: key === TEAM_KEY ? 'Team License' : 'Standard License',
      }),
    },
  });
  const server: Server = {
    url: `https://s${crypto.randomUUID()}.example.com`,
    sent: [],
    keys: async () => (await licenseServer.app.request('/.well-known/jwks.json')).json() as Promise<object>,
    async ask(url, body) {
      const headers = { 'content-type': 'application/json' };
      const request = new Request(url, { method: 'POST', headers, body });
      // Firefox's requests have no streams, as those of servers do.
      Object.defineProperty(request, 'body', { value: new Response(body).body });
      const answer = await licenseServer.fetch(request);
      const { pathname } = new URL(url);
      server.sent.push({
        path: pathname,
        body: JSON.parse(body) as Sent['body'],
        status: answer.status,
        answer: (await answer.clone().json()) as Sent['answer'],
      });
      return answer;
    },
  };
  return server;
}

interface Visit {
  /** Other settings of the client. */
  readonly options?: object;
  /** Runs in the page before everything else, e.g. to break something. */
  readonly first?: string;
}

interface Page extends HTMLIFrameElement {
  readonly contentWindow: Window & { client: LicenseClient };
}

const here = window as unknown as { asked: (url: string, body: string) => Promise<Response> };
const pages: Page[] = [];

/** The app in a new page of this browser: nothing is left in its memory. */
async function visit(server: Server, { options = {}, first = '' }: Visit = {}): Promise<LicenseClient> {
  here.asked = (url, body) => server.ask(url, body);
  const settings = { server: server.url, deviceProof: 'auto', ...options };
  const page = document.createElement('iframe') as Page;
  page.srcdoc = `<script>${first}</script><script type="module">
    import { createLicenseClient } from '/src/client/index.ts';
    window.client = createLicenseClient(${JSON.stringify(settings)}, {
      fetch: async (url, init) => {
        const answer = await parent.asked(String(url), String(init.body));
        return new Response(await answer.text(), { status: answer.status });
      },
    });
    window.client.ready.then(() => parent.postMessage('ready'));
  </script>`;
  pages.push(page);
  const ready = new Promise((resolve) => {
    window.addEventListener('message', function heard({ source }) {
      if (source !== page.contentWindow) return;
      window.removeEventListener('message', heard);
      resolve(undefined);
    });
  });
  document.body.append(page);
  await ready;
  return page.contentWindow.client;
}

function leave(): void {
  for (const page of pages.splice(0)) {
    page.contentWindow.client.close();
    page.remove();
  }
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error as Error));
  });

async function inStore<R>(name: string, store: string, work: (values: IDBObjectStore) => IDBRequest<R>) {
  const opening = indexedDB.open(name);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(store));
  const database = await done(opening);
  try {
    return await done(work(database.transaction(store, 'readwrite').objectStore(store)));
  } finally {
    database.close();
  }
}

// Emptied and not deleted: Firefox may keep a deletion waiting for a page that is gone.
const forgetKey = () => inStore(KEY_DATABASE, 'keys', (keys) => keys.clear());

async function forgetLicense(): Promise<void> {
  localStorage.clear();
  await inStore('license-gate', 'keyval', (values) => values.clear());
}

const keysOf = (): Promise<CryptoKeyPair[]> => inStore(KEY_DATABASE, 'keys', (keys) => keys.getAll());

const last = ({ sent }: Server): Sent => sent.at(-1)!;
const codesOf = ({ sent }: Server) => sent.map(({ answer }) => answer['code'] ?? 'ok');
const claimsOf = (token: string) =>
  JSON.parse(atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, never>;

async function activate(server: Server, key: string, how?: Visit): Promise<LicenseClient> {
  const client = await visit(server, how);
  const outcome = await client.activate(key);
  expect(outcome.ok, JSON.stringify(outcome)).to.equal(true);
  return client;
}

describe('a device that proves itself', () => {
  beforeEach(async () => {
    await forgetLicense();
    await forgetKey();
  });
  afterEach(leave);

  it('binds its seat to a key that no script can read', async () => {
    const server = startServer();

    await activate(server, KEY);

    const { body, answer } = last(server);
    expect(body['proof']).to.be.a('string');
    expect(claimsOf(String(answer['lease']))['cnf']).to.have.property('jkt');
    const [{ privateKey }] = (await keysOf()) as [CryptoKeyPair];
    expect(privateKey.extractable).to.equal(false);
    const failure = await crypto.subtle.exportKey('jwk', privateKey).catch((cause: Error) => cause.name);
    expect(failure).to.equal('InvalidAccessError');
  });

  it('is the same device after a reload, with the same key and another proof', async () => {
    const server = startServer();
    await activate(server, KEY);
    const before = last(server);
    leave();

    const client = await visit(server);
    const outcome = await client.check();

    const after = last(server);
    expect(outcome.ok).to.equal(true);
    expect(after.body['deviceId']).to.equal(before.body['deviceId']);
    expect(after.body['proof']).not.to.equal(before.body['proof']);
    expect(claimsOf(String(after.answer['lease']))['cnf']).to.deep.equal(
      claimsOf(String(before.answer['lease']))['cnf'],
    );
    expect(codesOf(server)).to.deep.equal(['ok', 'ok']);
  });

  it('gives its seat back, so that another can have it', async () => {
    const server = startServer();
    const client = await activate(server, KEY);

    const outcome = await client.deactivate();

    expect(outcome.ok).to.equal(true);
    expect(last(server).body['proof']).to.be.a('string');
    await forgetKey();
    await forgetLicense();
    leave();
    await activate(server, KEY);
  });

  it('two pages that start at once have one key', async () => {
    const server = startServer();
    const [one, other] = [await visit(server), await visit(server)];

    const outcomes = await Promise.all([one.activate(TEAM_KEY), other.activate(TEAM_KEY)]);

    expect(outcomes.every(({ ok }) => ok)).to.equal(true);
    expect(await keysOf()).to.have.length(1);
    expect(last(server).answer['devicesUsed']).to.equal(1);
  });

  it('whoever copies the storage without the key finds the seat taken', async () => {
    const server = startServer();
    await activate(server, KEY);
    leave();
    await forgetKey(); // what can be copied as text is there, and the key is not

    const copy = await visit(server);
    const outcome = await copy.check();

    expect(outcome.ok).to.equal(false);
    expect(codesOf(server)).to.deep.equal(['ok', 'proof_required', 'seat_limit_reached']);
    expect(copy.snapshot.open).to.equal(false);
    expect(copy.snapshot.devices).to.have.length(1);
  });

  it('who has lost the key takes a free seat as another device, unseen, and stays that', async () => {
    const server = startServer();
    const before = await activate(server, TEAM_KEY);
    expect(before.snapshot.open).to.equal(true);
    leave();
    await forgetKey();

    const client = await visit(server);
    const outcome = await client.check();
    const again = await client.check();

    expect([outcome.ok, again.ok, client.snapshot.open]).to.deep.equal([true, true, true]);
    expect(codesOf(server)).to.deep.equal(['ok', 'proof_required', 'ok', 'ok']);
    expect(last(server).answer['devicesUsed']).to.equal(2);
    expect(last(server).body['deviceId']).to.equal(server.sent.at(-2)?.body['deviceId']);
  });

  it('who has lost the key of the only seat lets the lost device give it up, without typing the license key', async () => {
    const server = startServer();
    await activate(server, KEY);
    leave();
    await forgetKey();
    const client = await visit(server);
    await client.check();

    const [lost] = client.snapshot.devices;
    const outcome = await client.releaseDevice(lost!.handle);

    expect(outcome.ok).to.equal(true);
    expect(client.snapshot.open).to.equal(true);
    expect((await client.check()).ok).to.equal(true);
  });

  it('who has lost the key has a lease of the new device, which opens the next page where keys are pinned', async () => {
    const server = startServer();
    const options = { publicKeys: await server.keys(), product: '/my-tool' };
    await activate(server, TEAM_KEY, { options });
    leave();
    await forgetKey();

    const client = await visit(server, { options });
    const outcome = await client.check();
    leave();
    const asked = server.sent.length;
    const next = await visit(server, { options });

    expect(outcome.ok).to.equal(true);
    expect(next.snapshot).to.include({ open: true, access: 'unlocked' });
    expect(server.sent.length).to.equal(asked);
  });

  it('a browser that is cleared under the open page stays the device that it is', async () => {
    const server = startServer();
    const client = await activate(server, KEY);
    await forgetLicense();
    await forgetKey();

    const outcome = await client.check();

    expect(outcome.ok).to.equal(true);
    expect(codesOf(server)).to.deep.equal(['ok', 'ok']);
    leave();
    expect((await (await visit(server)).check()).ok).to.equal(true);
  });

  for (const years of [-10, 10])
    it(`activates at once with a clock that is ${years} years wrong, and needs no second try after that`, async () => {
      const server = startServer();
      const first = `const { now } = Date; Date.now = () => now() + ${years * 365 * DAY_MS};`;

      const client = await activate(server, KEY, { first });
      await client.check();

      expect(codesOf(server)).to.deep.equal(['proof_invalid', 'ok', 'ok']);
    });

  it('a seat that is bound is proved also where the page no longer asks for it', async () => {
    const server = startServer();
    await activate(server, KEY);
    leave();

    const client = await visit(server, { options: { deviceProof: undefined } });
    const checked = await client.check();
    const released = await client.deactivate();

    expect([checked.ok, released.ok]).to.deep.equal([true, true]);
    expect(codesOf(server)).to.deep.equal(['ok', 'proof_required', 'ok', 'proof_required', 'ok']);
  });

  it('sends none and makes no key where the page does not ask for it', async () => {
    const server = startServer();

    await activate(server, KEY, { options: { deviceProof: undefined } });

    expect(last(server).body).not.to.have.property('proof');
    expect(await keysOf()).to.deep.equal([]);
  });

  it('leaves the device to a host that has named it', async () => {
    const server = startServer();

    await activate(server, KEY, { options: { deviceId: 'machine-1' } });

    expect(last(server).body).to.include({ deviceId: 'machine-1' });
    expect(last(server).body).not.to.have.property('proof');
  });
});

const INCAPABLE = {
  'has no WebCrypto, as on plain http': `Object.defineProperty(crypto, 'subtle', { value: undefined });`,
  'has no IndexedDB': `Object.defineProperty(window, 'indexedDB', { value: undefined });`,
  'forbids IndexedDB': `IDBFactory.prototype.open = () => { throw new DOMException('no', 'SecurityError'); };`,
  'cannot store keys, as some strict modes': `
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value, name) {
      if (value instanceof Object && value.privateKey) throw new DOMException('no', 'DataCloneError');
      return put.call(this, value, name);
    };`,
  'makes no keys': `crypto.subtle.generateKey = () => Promise.reject(new DOMException('no', 'NotSupportedError'));`,
  'takes keys and does not give them back': `
    const { get } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.get = function (name) { return get.call(this, name === 'proof' ? 'nothing' : name); };`,
};

for (const [what, first] of Object.entries(INCAPABLE))
  describe(`a browser that ${what}`, () => {
    afterEach(leave);
    beforeEach(async () => {
      await forgetLicense();
      await forgetKey();
    });

    it('goes without a proof, and loses nothing', async () => {
      const server = startServer();

      const client = await activate(server, KEY, { first });
      const checked = await client.check();

      expect(checked.ok).to.equal(true);
      expect(server.sent.map(({ body }) => body['proof'])).to.deep.equal([undefined, undefined]);
    });

    it('is told so where the product requires proofs, and takes no seat', async () => {
      const server = startServer({ deviceProof: 'required' });
      const client = await visit(server, { first });

      const outcome = await client.activate(KEY);

      expect(!outcome.ok && outcome.code).to.equal('proof_required');
      leave();
      await activate(server, KEY);
    });
  });

describe('an open gate whose seat is bound', () => {
  afterEach(leave);
  beforeEach(async () => {
    await forgetLicense();
    await forgetKey();
  });

  it('stays open and stays the same device while the database does not say whether the key is there', async () => {
    const server = startServer();
    await activate(server, KEY);
    leave();
    const broken = `
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (name, ...more) {
        if (name === '${KEY_DATABASE}') throw new DOMException('Connection lost', 'UnknownError');
        return open.call(this, name, ...more);
      };`;

    const client = await visit(server, { first: broken });
    const outcome = await client.check();

    expect(!outcome.ok && outcome.code).to.equal('proof_required');
    expect(client.snapshot).to.include({ open: true, access: 'grace' });
    leave();
    expect((await (await visit(server)).check()).ok).to.equal(true);
    expect(last(server).answer['devicesUsed']).to.equal(1);
  });

  it('stays open whatever is wrong with its proofs', async () => {
    const server = startServer();
    await activate(server, KEY);
    leave();
    const { ask } = server;
    server.ask = (url, text) => {
      const body = JSON.parse(text) as Record<string, string>;
      return ask(url, JSON.stringify({ ...body, ...(body['proof'] && { proof: 'x.y.z' }) }));
    };

    const client = await visit(server);
    const outcome = await client.check();

    expect(!outcome.ok && outcome.code).to.equal('proof_invalid');
    expect(client.snapshot).to.include({ open: true, access: 'grace' });
    expect(codesOf(server)).to.deep.equal(['ok', 'proof_invalid', 'proof_invalid', 'proof_required']);
  });
});
