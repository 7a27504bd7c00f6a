// An app that was built from the package's modules loads parts of the gate when they are needed. In every engine: where
// they do not come at first (a connection that broke, a server that restarts) nobody is left in front of nothing.
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, it } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { buildApp } from '../support/app-build.ts';
import { openTab, type Tab } from '../support/engines.ts';
import { visitorIn, type Visitor } from '../support/gate-page.ts';
import { serveFetch, type Served } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const { key } = PURCHASES.standard;
const UNLOADED = 'This page did not load completely.';
const message = `gate.shadowRoot.querySelector('[role=alert]')`;

for (const engine of browsersToTest())
  describe(`a page whose parts do not load, in ${engine}`, () => {
    let files: ReadonlyMap<string, string>;
    let host: Served;
    let seller: Seller;
    let tab: Tab;
    let buyer: Visitor;
    /** What does not come. */
    let missing: RegExp | undefined;
    /** How often it was asked for. */
    let tried: number;

    before(async () => {
      // What has been preloaded and has not come, WebKit remembers for longer than the page lives.
      files = await buildApp(
        `addEventListener('unhandledrejection', () => { document.body.dataset.rejected = 'yes'; });
        await import('license-gate-kit');`,
        { modulePreload: false },
      );
    });
    beforeEach(async () => {
      missing = undefined;
      tried = 0;
      host = await serveFetch((request) => {
        const { pathname } = new URL(request.url);
        const code = files.get(pathname);
        if (code === undefined)
          return new Response(page(seller.url), { headers: { 'content-type': 'text/html' } });
        if (missing?.test(pathname)) {
          tried += 1;
          return new Response('', { status: 503 });
        }
        const headers = { 'content-type': 'text/javascript', 'cache-control': 'no-store' };
        return new Response(code, { headers });
      });
      seller = await openShop([host.url]);
      tab = await openTab(engine);
      buyer = visitorIn(tab, host.url);
    });
    afterEach(async () => {
      await tab.close();
      await seller.close();
      await host.close();
    });

    const isRejected = () => tab.run(`return document.body.dataset.rejected ?? null`);

    for (const part of [/gate-view/, /\/client-/, /gate-view|\/client-/])
      it(`says so, and shows the form once ${part.source} has come`, async () => {
        missing = part;
        await tab.visit(host.url);
        await buyer.until(`${message}?.textContent.includes('${UNLOADED}')`);
        await buyer.until(`gate.shadowRoot.querySelectorAll('[role=alert]').length === 1`);
        assert.equal(await isRejected(), null);

        missing = undefined;
        // Firefox remembers it until the page is loaded again, which the message offers.
        if (engine === 'firefox') await buyer.run(`${message}.querySelector('button').click()`);

        await buyer.until(`gate.shadowRoot.querySelector('input') && !${message}`);
        await buyer.unlock(key);
        assert.equal(await buyer.run(`return gate.access`), 'unlocked');
        assert.equal(await isRejected(), null);
      });

    it('opens for a licensed buyer all the same, and says nothing', async () => {
      await tab.visit(host.url);
      await buyer.until(`gate.shadowRoot.querySelector('input')`);
      await buyer.unlock(key);

      missing = /gate-view|\/client-/;
      await tab.visit(host.url);

      await buyer.until(`document.querySelector('main')`);
      const wanted = tried + (engine === 'firefox' ? 0 : 2);
      await until(() => tried >= wanted);
      assert.equal(await buyer.run(`return ${message} === null && gate.open`), true);
      assert.equal(await isRejected(), null);
    });

    it('asks no more for a gate that has left the page', async () => {
      missing = /gate-view/;
      await tab.visit(host.url);
      await buyer.until(message);

      const outcome = await buyer.run(`
        const sent = gate.activate('${key}');
        gate.remove();
        await new Promise((resolve) => setTimeout(resolve, 2500));
        return (await Promise.race([sent, 'waiting'])).ok`);
      const asked = tried;
      await new Promise((resolve) => setTimeout(resolve, 5000));

      assert.equal(tried, asked);
      assert.notEqual(outcome, undefined);
      assert.equal(await isRejected(), null);
    });
  });

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 50));
}

const page = (server: string) => `<!doctype html><meta charset="utf-8"><title>My Tool</title>
<body><license-gate server="${server}" product="/my-tool"><template><main>The app</main></template></license-gate>
<script type="module" src="/app.js"></script>`;
