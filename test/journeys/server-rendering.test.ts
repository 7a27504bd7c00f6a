// A page that comes from a server: before the script nothing is drawn, and then at once what the buyer's license says.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LitElementRenderer, render } from '@lit-labs/ssr';
import { collectResult } from '@lit-labs/ssr/lib/render-result.js';
import { html } from 'lit';
import { PURCHASES } from '../../src/testing/index.ts';
import { LicenseGateRenderer } from '../../src/ssr/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { buildApp } from '../support/app-build.ts';
import { openTab, type Tab } from '../support/engines.ts';
import { visitorIn, type Visitor } from '../support/gate-page.ts';
import { serveFetch, type Served } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const { key } = PURCHASES.standard;
const RENDERERS = { elementRenderers: [LicenseGateRenderer, LitElementRenderer] };

type Html = typeof html;

/** The same view on the server and in the page, which attaches its listener to what the server has rendered. */
const view = (tag: Html, server: string, onUnlocked: () => void) => tag`
  <license-gate server=${server} product="/my-tool" @license-unlocked=${onUnlocked}>
    <template><main>The app in a template</main></template>
    <p id="child">The app of ${'a framework'}</p>
    <license-feature tiers="Team License"><p id="feature">For teams</p></license-feature>
  </license-gate>`;

const CLIENT = `
  import 'license-gate-kit';
  import { hydrate } from '@lit-labs/ssr-client';
  import { html } from 'lit';
  const view = ${String(view)};
  hydrate(view(html, document.body.dataset.server, () => (window.heard = true)), document.querySelector('#app'));
  document.body.dataset.hydrated = 'yes';`;

/** Notes what is ever drawn, from before the gate's script on, which comes when the test says so. */
const WATCH = `
  window.trouble = [];
  addEventListener('error', ({ message }) => window.trouble.push(message));
  window.gate = document.querySelector('license-gate');
  window.rootBefore = gate.shadowRoot;
  window.isDrawn = (selector) => (document.querySelector(selector)?.getClientRects().length ?? 0) > 0;
  window.drawn = new Set();
  const note = () => {
    for (const id of ['main', '#child', '#feature']) if (isDrawn(id)) drawn.add(id);
    if (gate.shadowRoot?.querySelector('form')) drawn.add('form');
    if (!document.body.dataset.done) requestAnimationFrame(note);
  };
  if (gate.shadowRoot) new MutationObserver(note).observe(gate.shadowRoot, { childList: true, subtree: true });
  note();`;

const page = async (server: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>My Tool</title>
<body data-server="${server}"><div id="app">${await collectResult(
  render(
    view(html, server, () => {}),
    RENDERERS,
  ),
)}</div>
<script>${WATCH}</script>`;

it('renders a tag as its attributes and a shadow root without anything in it', async () => {
  const markup = await collectResult(
    render(
      html`<license-gate server="/licenses" ?compact=${true}>${'child'}</license-gate>
        <license-feature tiers="Team License"></license-feature>`,
      RENDERERS,
    ),
  );

  const shadow = '<template shadowroot="open" shadowrootmode="open"></template>';
  assert.equal(
    markup
      .replaceAll(/<!--.*?-->/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
    `<license-gate server="/licenses" compact>${shadow}child</license-gate> ` +
      `<license-feature tiers="Team License">${shadow}</license-feature>`,
  );
});

for (const engine of browsersToTest())
  describe(`a page from a server, in ${engine}`, () => {
    let host: Served;
    let seller: Seller;
    let tab: Tab;
    let buyer: Visitor;

    before(async () => {
      const files = await buildApp(CLIENT);
      host = await serveFetch(async (request) => {
        const { pathname } = new URL(request.url);
        const code = files.get(pathname);
        if (code === undefined)
          return new Response(await page(seller.url), { headers: { 'content-type': 'text/html' } });
        return new Response(code, { headers: { 'content-type': 'text/javascript' } });
      });
      seller = await openShop([host.url]);
      tab = await openTab(engine);
      buyer = visitorIn(tab, host.url);
    });
    after(async () => {
      await tab.close();
      await seller.close();
      await host.close();
    });

    /** Loads the page without its script, and says what is drawn then. */
    async function visitWithoutScript(): Promise<unknown> {
      await tab.visit(host.url);
      return tab.run(`return { drawn: [...drawn], inRoot: gate.shadowRoot.childNodes.length };`);
    }
    /** Lets the script come, and says what has been drawn until it is known whether the gate opens. */
    async function letScriptCome(): Promise<unknown> {
      await tab.run(`
        const script = Object.assign(document.createElement('script'), { type: 'module', src: '/app.js' });
        document.head.append(script);`);
      await tab.until(`document.body.dataset.hydrated && gate.access !== 'unknown'`);
      return tab.run(`
        await gate.updateComplete;
        await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
        document.body.dataset.done = 'yes';
        return { drawn: [...drawn].toSorted(), isSameRoot: gate.shadowRoot === rootBefore, trouble, heard: Boolean(window.heard) };`);
    }

    it('draws nothing before the script, and then the form for whoever has no license', async () => {
      const first = await visitWithoutScript();
      const then = await letScriptCome();

      assert.deepEqual(first, { drawn: [], inRoot: 0 });
      assert.deepEqual(then, { drawn: ['form'], isSameRoot: true, trouble: [], heard: false });
    });

    it('draws nothing before the script, and then the app for a licensed buyer, who never sees the form', async () => {
      await buyer.unlock(key);

      const first = await visitWithoutScript();
      const then = await letScriptCome();

      assert.deepEqual(first, { drawn: [], inRoot: 0 });
      assert.deepEqual(then, { drawn: ['#child', 'main'], isSameRoot: true, trouble: [], heard: true });
    });
  });
