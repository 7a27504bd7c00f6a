// Where browsers keep less than usual, or offer less: private windows, frames of other sites, blocked site data, plain
// http. Everywhere the key opens the app, and whoever will be forgotten is told so before a key is spent.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { openTab, type Habits, type Tab } from '../support/engines.ts';
import { serveGatePage, visitorIn, type Visitor } from '../support/gate-page.ts';
import type { Served } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const { key } = PURCHASES.standard;
/** A name that leads to this machine, and is no secure context. */
const HOST = 'app.shop.test';
const WARNING = /This browser forgets your key/;

for (const engine of browsersToTest())
  describe(`a buyer in ${engine}`, () => {
    let app: Served;
    let seller: Seller;
    const opened: Tab[] = [];

    before(async () => {
      app = await serveGatePage();
    });
    after(() => app.close());
    beforeEach(async () => {
      const { port } = app;
      seller = await openShop([app.url, `http://localhost:${port}`, `http://${HOST}:${port}`]);
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((tab) => tab.close()));
      await seller.close();
    });

    const locked = { access: 'locked', reason: null, hasApp: false };
    const unlocked = { access: 'unlocked', reason: null, hasApp: true };

    async function open(habits: Habits): Promise<Tab> {
      const tab = await openTab(engine, habits);
      opened.push(tab);
      return tab;
    }

    /** The main job: the key is pasted once, the app opens from then on, and the seat is given back. */
    async function doesTheMainJob({ visit, unlock, state, text, run }: Visitor, frame?: 'foreign') {
      const scene = { server: seller.url, ...(frame && { frame }) };
      await visit(scene);
      assert.deepEqual(await state(), { ...locked, storage: 'indexeddb' });
      assert.doesNotMatch(await text(), WARNING);
      await unlock(key);

      await seller.kill();
      await visit(scene);
      assert.deepEqual(await state(), { ...unlocked, storage: 'indexeddb' });

      await seller.start();
      await run(`await gate.deactivate();`);
      await visit(scene);
      assert.deepEqual(await state(), { ...locked, storage: 'indexeddb' });
    }

    it('does the main job in a private window, and takes the seat of one that was closed', async () => {
      const first = await open({ isPrivate: true });
      const owner = visitorIn(first, app.url);
      await doesTheMainJob(owner);
      await owner.unlock(key);
      await opened.pop()?.close();

      const next = await open({ isPrivate: true });
      const buyer = visitorIn(next, app.url);
      await buyer.visit({ server: seller.url });
      assert.deepEqual(await buyer.state(), { ...locked, storage: 'indexeddb' });
      await buyer.submit(key);
      await buyer.press('Use here instead');
      await buyer.until(`document.querySelector('main')`);
    });

    it('does the main job over plain http', async () => {
      const tab = await open({ site: { host: HOST, port: app.port } });
      const buyer = visitorIn(tab, `http://${HOST}:${app.port}`);
      await doesTheMainJob(buyer);

      const has = await buyer.run(
        `return [isSecureContext, crypto.randomUUID, crypto.subtle, navigator.locks].some(Boolean);`,
      );
      assert.equal(has, false);
    });

    describe('whose page stands in a frame', () => {
      let tab: Tab;
      let buyer: Visitor;

      before(async () => {
        tab = await openTab(engine);
        buyer = visitorIn(tab, app.url);
      });
      after(() => tab.close());

      it('of another site, does the main job there, as a device of its own', async () => {
        await doesTheMainJob(buyer, 'foreign');
        await buyer.unlock(key);

        await buyer.visit({ server: seller.url });
        assert.deepEqual(await buyer.state(), { ...locked, storage: 'indexeddb' });
      });

      it('that may keep nothing, is told so before a key is spent', async () => {
        await buyer.visit({ server: seller.url, frame: 'sandboxed' });

        assert.deepEqual(await buyer.state(), { ...locked, storage: 'memory' });
        assert.match(await buyer.text(), WARNING);
      });
    });

    describe('whose browser lets sites keep nothing', () => {
      let tab: Tab;
      let buyer: Visitor;

      before(async () => {
        tab = await openTab(engine, { isBlocked: true });
        buyer = visitorIn(tab, app.url);
      });
      after(() => tab.close());

      for (const [where, scene] of Object.entries({
        'on a page of its own': {},
        'in a frame of another site': { frame: 'foreign' },
      } as const))
        it(`is told so before a key is spent, and works on, ${where}`, async () => {
          await buyer.visit({ server: seller.url, ...scene });
          assert.deepEqual(await buyer.state(), { ...locked, storage: 'memory' });
          assert.match(await buyer.text(), WARNING);
          assert.equal(seller.marketplace.callsFor(key), 0);

          await buyer.unlock(key);

          assert.deepEqual(await buyer.state(), { ...unlocked, storage: 'memory' });
        });
    });
  });
