// What a buyer counts on, in every engine that is installed: the key is typed once, the app opens without a request,
// an outage of seven days shuts nobody out, and a frame that may keep nothing says so before a key is spent.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { openTab, type Tab } from '../support/engines.ts';
import { serveFetch, type Served } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const { key } = PURCHASES.standard;
const BUNDLE = new URL('../../cdn/license-gate.js', import.meta.url);

const gate = `document.querySelector('license-gate')`;
const SETTLED = `${gate} && ${gate}.access !== 'unknown' && !['activating', 'checking'].includes(${gate}.activity)`;
const STATE = `return { access: ${gate}.access, reason: ${gate}.reason ?? null, storage: ${gate}.storageMode,
  hasApp: document.querySelector('main') !== null }`;

for (const engine of browsersToTest())
  describe(`a buyer in ${engine}`, () => {
    let app: Served;
    let seller: Seller;
    let tab: Tab;

    before(async () => {
      app = await serveFetch(answer);
    });
    after(() => app.close());
    beforeEach(async () => {
      seller = await openShop([app.url]);
      tab = await openTab(engine);
    });
    afterEach(async () => {
      await tab.close();
      await seller.close();
    });

    /** The page, as it is met so much later. */
    async function visit(laterMs = 0): Promise<void> {
      await tab.visit(`${app.url}/?server=${seller.url}&later=${laterMs}`);
      await tab.until(SETTLED);
    }

    /** Types the key and presses the button, as far as that goes without a mouse. */
    async function submit(): Promise<void> {
      await tab.run(`
        const { shadowRoot } = ${gate};
        shadowRoot.querySelector('input').value = '${key}';
        shadowRoot.querySelector('form').requestSubmit();`);
      await tab.until(`document.querySelector('main')`);
    }

    it('types the key once; the app opens again without a request, though the license server is dead', async () => {
      await visit();
      assert.deepEqual(await tab.run(STATE), {
        access: 'locked',
        reason: null,
        storage: 'indexeddb',
        hasApp: false,
      });
      await submit();
      await seller.kill();

      await visit(2 * HOUR_MS);

      assert.deepEqual(await tab.run(STATE), {
        access: 'unlocked',
        reason: null,
        storage: 'indexeddb',
        hasApp: true,
      });
      const asked = await tab.run<string[]>(
        `return performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.startsWith('${seller.url}'))`,
      );
      assert.deepEqual(asked, []);
    });

    it('works on without the license server for 6 d 23 h, not for 7 d 1 min, and then again without the key', async () => {
      await visit();
      await submit();
      await seller.kill();

      await visit(7 * DAY_MS - HOUR_MS);
      await tab.until(`${gate}.access === 'grace'`);
      await visit(7 * DAY_MS + 60_000);
      assert.deepEqual(await tab.run(STATE), {
        access: 'locked',
        reason: 'grace_expired',
        storage: 'indexeddb',
        hasApp: false,
      });

      await seller.start();
      await tab.run(`await ${gate}.check()`);
      await tab.until(`document.querySelector('main')`);
    });

    it('reads in a frame that may keep nothing that this browser will forget, before a key is spent', async () => {
      await tab.visit(`${app.url}/frame?server=${seller.url}`);

      await tab.until(`window.told`);

      const told = await tab.run<{ storage: string; access: string; text: string }>('return window.told');
      assert.equal(told.storage, 'memory');
      assert.equal(told.access, 'locked');
      assert.match(told.text, /forget/i);
    });
  });

const as = (type: string) => ({ headers: { 'content-type': type, 'access-control-allow-origin': '*' } });

/** A seller's web app, whose clock is ahead by `later`, and the same in a sandboxed frame. */
function answer({ url }: Request): Response {
  const { pathname, searchParams, origin } = new URL(url);
  if (pathname === '/license-gate.js') return new Response(readFileSync(BUNDLE), as('text/javascript'));
  const head = `<!doctype html><html lang="en"><meta charset="utf-8"><title>My Tool</title>
    <style>license-gate:not(:defined) { display: none }</style>
    <script type="module" src="${origin}/license-gate.js"></script>`;
  const app = `<license-gate server="${searchParams.get('server')}" product="/my-tool"><template><main>The app</main></template></license-gate>`;
  const tell = `<script type="module">
    const gate = document.querySelector('license-gate');
    await gate.ready;
    await gate.updateComplete;
    parent.postMessage({ storage: gate.storageMode, access: gate.access, text: gate.shadowRoot.textContent }, '*');
  </script>`;
  const clock = `<script>const { now } = Date; Date.now = () => now() + ${Number(searchParams.get('later'))};</script>`;
  const body =
    pathname === '/frame'
      ? `<script>window.addEventListener('message', ({ data }) => { window.told = data; });</script>
        <iframe sandbox="allow-scripts" srcdoc="${`${head}${app}${tell}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"></iframe>`
      : `${clock}${head}${app}`;
  return new Response(body, as('text/html'));
}
