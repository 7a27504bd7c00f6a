// A page with the strictest policy a gate has to bear: everything that a buyer does, with no violation of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { browsersToTest, type EngineName } from '../../tools/browsers.mjs';
import { buildApp } from '../support/app-build.ts';
import { openTab, type Tab } from '../support/engines.ts';
import { visitorIn, type Visitor } from '../support/gate-page.ts';
import { serveFetch } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const CDN = new URL('../../cdn/', import.meta.url);
const { key } = PURCHASES.standard;

const policyFor = (server: string, names: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `connect-src 'self' ${server}`,
    "style-src 'self'",
    "require-trusted-types-for 'script'",
    `trusted-types ${names}`,
  ].join('; ');

/** A script's address, and what is served on the page's origin beside the page. */
interface Build {
  readonly script: string;
  readonly fileAt: (path: string) => string | undefined;
}

const theOneFile = async (): Promise<Build> => ({
  script: '/cdn/license-gate.js',
  fileAt: (path) =>
    path.startsWith('/cdn/') ? readFileSync(new URL(path.slice(5), CDN), 'utf8') : undefined,
});

async function anApp(): Promise<Build> {
  const files = await buildApp("import 'license-gate-kit';");
  return { script: '/app.js', fileAt: (path) => files.get(path) };
}

/** The same page once with the one file, and once with what a bundler makes of the package. */
const BUILDS = { 'the one file': theOneFile, 'an app that is built with the package': anApp };

/**
 * Keeps what the browser reports, also over a reload, and scripts that fail. It asks for an icon by itself, which is not
 * the page's doing.
 */
const WATCH = `const note = (...facts) => {
  const all = JSON.parse(sessionStorage.trouble ?? '[]');
  sessionStorage.trouble = JSON.stringify([...all, facts.join(' ')]);
};
addEventListener('error', ({ message }) => note(message));
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => {
  if (!blockedURI.endsWith('/favicon.ico')) note(effectiveDirective, blockedURI, sample);
}, true);`;
const TROUBLE = `return JSON.parse(sessionStorage.trouble ?? '[]')`;

/** What a page's own Lit does first. */
const LIT = `self.trustedTypes?.createPolicy('lit-html', { createHTML: (text) => text });`;

interface Stage {
  readonly tab: Tab;
  readonly seller: Seller;
  /** @param page `/`, `/twice` (two copies of the script) or `/lit` (beside Lit of the page's own) */
  buyerOn(page: string): Visitor;
  close(): Promise<void>;
}

async function openStage(engine: EngineName, load: () => Promise<Build>): Promise<Stage> {
  const { script, fileAt } = await load();
  const files: Readonly<Record<string, string>> = { '/watch.js': WATCH, '/lit.js': LIT };
  const scripts: Readonly<Record<string, readonly string[]>> = {
    '/': [script],
    '/twice/': [script, `${script}?copy=2`],
    '/lit/': ['/lit.js', script],
  };
  const host = await serveFetch((request) => {
    const { pathname } = new URL(request.url);
    const code = files[pathname] ?? fileAt(pathname);
    if (code) return new Response(code, { headers: { 'content-type': 'text/javascript' } });
    if (pathname === '/page.css')
      return new Response('license-gate:not(:defined) { display: none }', {
        headers: { 'content-type': 'text/css' },
      });
    const policy = policyFor(seller.url, pathname === '/lit/' ? 'lit-html license-gate' : 'lit-html');
    return new Response(pageWith(scripts[pathname] ?? [], seller.url), {
      headers: { 'content-type': 'text/html', 'content-security-policy': policy },
    });
  });
  const seller = await openShop([host.url]);
  const tab = await openTab(engine);
  return {
    tab,
    seller,
    buyerOn: (page) => visitorIn(tab, host.url + page.replace(/\/$/, '')),
    async close() {
      await tab.close();
      await seller.close();
      await host.close();
    },
  };
}

const pageWith = (scripts: readonly string[], server: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>My Tool</title>
<script src="/watch.js"></script>
<link rel="stylesheet" href="/page.css">
${scripts.map((script) => `<script type="module" src="${script}"></script>`).join('\n')}
<license-gate server="${server}" product="/my-tool"><template><main><h1>The app</h1></main></template></license-gate>`;

const shows = (text: string) =>
  `(gate?.shadowRoot?.textContent + document.body.innerText).includes(${JSON.stringify(text)})`;

for (const engine of browsersToTest()) {
  for (const [name, load] of Object.entries(BUILDS))
    describe(`${name}, on a strict page in ${engine}`, () => {
      let stage: Stage;
      before(async () => (stage = await openStage(engine, load)));
      after(() => stage.close());

      it('serves a buyer from the first key to the last, and in another language, without a violation', async () => {
        const { tab, seller } = stage;
        const buyer = stage.buyerOn('/');

        await buyer.visit({ server: seller.url });
        await buyer.until(shows('Where is my license key?'));
        await buyer.submit(UNKNOWN_KEY);
        await buyer.until(shows('Invalid license key'));
        await buyer.unlock(key);
        await buyer.visit({ server: seller.url });
        await buyer.until(shows('Standard License'));
        await buyer.press('Deactivate this device');
        await buyer.until(shows('Cancel'));
        await buyer.press('Deactivate this device');
        await buyer.until(shows('Where is my license key?'));
        await tab.run(`document.documentElement.lang = 'de'`);
        await buyer.until(shows('Lizenzschlüssel'));

        assert.deepEqual(await tab.run(TROUBLE), []);
      });

      it('is on a page that does report what breaks its policy', async () => {
        const { tab, seller } = stage;
        await stage.buyerOn('/').visit({ server: seller.url });

        await tab.run(`document.body.setAttribute('style', 'color: red')`);
        await tab.run(`try { document.body.innerHTML = '<p>' } catch {}`);
        await tab.until(`JSON.parse(sessionStorage.trouble ?? '[]').length === 2`);

        assert.match(String(await tab.run(TROUBLE)), /style-src-attr.*require-trusted-types-for/s);
      });
    });

  describe(`the one file in company, on a strict page in ${engine}`, () => {
    let stage: Stage;
    before(async () => (stage = await openStage(engine, theOneFile)));
    after(() => stage.close());

    it('works where a page loads it twice', async () => {
      const { tab, seller } = stage;
      const buyer = stage.buyerOn('/twice');

      await buyer.visit({ server: seller.url });
      await buyer.unlock(key);

      assert.deepEqual(await tab.run(TROUBLE), []);
    });

    it("works where the page's own Lit has taken the name of the policy, and the page allows another", async () => {
      const buyer = stage.buyerOn('/lit');

      await buyer.visit({ server: stage.seller.url });

      await buyer.until(shows('Standard License')); // unlocked by the test before
    });
  });
}
