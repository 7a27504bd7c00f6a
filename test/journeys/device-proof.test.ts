// A seat that is bound to a key of the browser's, in every engine, with the built package and the real server.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import { PURCHASES } from '../../src/testing/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { openTab, type Habits, type Tab } from '../support/engines.ts';
import { serveGatePage, visitorIn, type Visitor } from '../support/gate-page.ts';
import type { Served } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const { key } = PURCHASES.standard;
const TEN_YEARS_MS = 3_652 * 86_400_000;
/** A name that leads to this machine, and is no secure context. */
const HOST = 'app.shop.test';
const REQUIRED = { products: { '/my-tool': { seats: { 'Standard License': 1 }, deviceProof: 'required' } } };

/** Everything that a page's storage holds and that can be written down. */
const COPY = `
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const database = await done(indexedDB.open('license-gate'));
  const values = database.transaction('keyval').objectStore('keyval');
  const [names, records] = await Promise.all([done(values.getAllKeys()), done(values.getAll())]);
  return JSON.stringify({ local: { ...localStorage }, indexed: names.map((name, at) => [name, records[at]]) });`;

const paste = (copied: string) => `
  const { local, indexed } = JSON.parse(${JSON.stringify(copied)});
  Object.assign(localStorage, local);
  const opening = indexedDB.open('license-gate');
  opening.onupgradeneeded = () => {
    const values = opening.result.createObjectStore('keyval');
    for (const [name, record] of indexed) values.put(record, name);
  };
  await new Promise((resolve) => { opening.onsuccess = resolve; });
  opening.result.close();`;

for (const engine of browsersToTest())
  describe(`a seat that is bound to a key in ${engine}`, () => {
    let app: Served;
    let seller: Seller;
    const opened: Tab[] = [];

    before(async () => {
      app = await serveGatePage();
    });
    after(() => app.close());
    beforeEach(() => begin());
    afterEach(async () => {
      await leave();
      await seller.close();
    });

    async function begin(config?: object): Promise<void> {
      seller = await openShop([app.url, `http://${HOST}:${app.port}`], config);
    }
    async function leave(): Promise<void> {
      await Promise.all(opened.splice(0).map((tab) => tab.close()));
    }
    async function arrive(habits: Habits = {}, origin = app.url): Promise<Visitor> {
      const tab = await openTab(engine, habits);
      opened.push(tab);
      return visitorIn(tab, origin);
    }
    const scene = () => ({ server: seller.url, proof: 'auto' }) as const;

    it('opens for its own browser, after a reload and ten years later, and gives the seat back', async () => {
      const buyer = await arrive();
      await buyer.visit(scene());
      await buyer.unlock(key);
      const bound = await keyOf(buyer);
      assert.match(bound ?? '', /^[\w-]{43}$/);

      await buyer.visit(scene());
      assert.equal(await check(buyer), 'ok');
      assert.equal(await keyOf(buyer), bound);

      await buyer.visit({ ...scene(), later: TEN_YEARS_MS });
      await buyer.until(`gate.access === 'unlocked'`);
      assert.equal(await check(buyer), 'ok');

      await buyer.run(`await gate.deactivate();`);
      await leave();
      const next = await arrive();
      await next.visit(scene());
      await next.unlock(key);
    });

    it('does not open for who has copied all that can be copied', async () => {
      const buyer = await arrive();
      await buyer.visit(scene());
      await buyer.unlock(key);
      const copied = await buyer.run<string>(COPY);
      await leave();

      const copy = await arrive();
      await copy.tab.visit(`${app.url}/elsewhere`);
      await copy.tab.run(paste(copied));
      await copy.visit(scene());
      assert.equal(await check(copy), 'seat_limit_reached');

      assert.deepEqual(await copy.state(), {
        access: 'locked',
        reason: 'seat_limit_reached',
        storage: 'indexeddb',
        hasApp: false,
      });
      assert.match(await copy.text(), /All seats of this license are in use/);
    });

    it('is there without a key where the code for it is not', async () => {
      const buyer = await arrive();
      await buyer.visit({ ...scene(), proof: 'missing' });

      await buyer.unlock(key);

      assert.equal(await keyOf(buyer), undefined);
      assert.equal(await check(buyer), 'ok');
    });

    it('is there with or without one in a private window', async () => {
      const buyer = await arrive({ isPrivate: true });
      await buyer.visit(scene());

      await buyer.unlock(key);

      assert.equal(await check(buyer), 'ok');
    });

    it('is there without one over plain http, and is refused in words where the seller requires one', async () => {
      const habits = { site: { host: HOST, port: app.port } };
      const origin = `http://${HOST}:${app.port}`;
      const buyer = await arrive(habits, origin);
      await buyer.visit(scene());
      await buyer.unlock(key);
      assert.equal(await keyOf(buyer), undefined);
      await leave();
      await seller.close();
      await begin(REQUIRED);

      const other = await arrive(habits, origin);
      await other.visit(scene());
      await other.submit(key);
      await other.until(`gate.reason === 'proof_required'`);

      assert.match(await other.text(), /This browser forgets your key/);
      assert.equal((await other.state()).hasApp, false);
    });

    it('is taken where the seller requires one', async () => {
      await seller.close();
      await begin(REQUIRED);
      const buyer = await arrive();
      await buyer.visit(scene());

      await buyer.unlock(key);

      assert.match((await keyOf(buyer)) ?? '', /^[\w-]{43}$/);
    });
  });

function check({ run }: Visitor): Promise<string> {
  return run(`const outcome = await gate.check(); return outcome.ok ? 'ok' : outcome.code;`);
}

async function keyOf({ run }: Visitor): Promise<string | undefined> {
  return decodeJwt<{ cnf?: { jkt: string } }>(await run<string>(`return gate.lease;`)).cnf?.jkt;
}
