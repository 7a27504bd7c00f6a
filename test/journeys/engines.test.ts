// What a buyer counts on, in every engine that is installed: the key is typed once, the app opens without a request,
// and an outage of seven days shuts nobody out.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { openTab, type Tab } from '../support/engines.ts';
import { serveGatePage, visitorIn, type Visitor } from '../support/gate-page.ts';
import type { Served } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const { key } = PURCHASES.standard;

for (const engine of browsersToTest())
  describe(`a buyer in ${engine}`, () => {
    let app: Served;
    let tab: Tab;
    let buyer: Visitor;
    let seller: Seller;

    before(async () => {
      app = await serveGatePage();
      tab = await openTab(engine);
      buyer = visitorIn(tab, app.url);
    });
    after(async () => {
      await tab.close();
      await app.close();
    });
    beforeEach(async () => {
      seller = await openShop([app.url]);
      await buyer.visit({ server: seller.url });
    });
    afterEach(() => seller.close());

    it('types the key once; the app opens again without a request, though the license server is dead', async () => {
      assert.deepEqual(await buyer.state(), {
        access: 'locked',
        reason: null,
        storage: 'indexeddb',
        hasApp: false,
      });
      await buyer.unlock(key);
      await seller.kill();

      await buyer.visit({ server: seller.url, later: 2 * HOUR_MS });

      assert.deepEqual(await buyer.state(), {
        access: 'unlocked',
        reason: null,
        storage: 'indexeddb',
        hasApp: true,
      });
      const asked = await buyer.run(
        `return performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.startsWith('${seller.url}'))`,
      );
      assert.deepEqual(asked, []);
    });

    it('works on without the license server for 6 d 23 h, not for 7 d 1 min, and then again without the key', async () => {
      await buyer.unlock(key);
      await seller.kill();

      await buyer.visit({ server: seller.url, later: 7 * DAY_MS - HOUR_MS });
      await buyer.until(`gate.access === 'grace'`);
      await buyer.visit({ server: seller.url, later: 7 * DAY_MS + 60_000 });
      assert.deepEqual(await buyer.state(), {
        access: 'locked',
        reason: 'grace_expired',
        storage: 'indexeddb',
        hasApp: false,
      });

      await seller.start();
      await buyer.run(`await gate.check()`);
      await buyer.until(`document.querySelector('main')`);
    });
  });
