// A page with the strictest policy a gate has to bear: everything that a buyer does, with no violation of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { buildApp } from '../support/app-build.ts';
import { openTab, type Tab } from '../support/engines.ts';
import { visitorIn, type Visitor } from '../support/gate-page.ts';
import { serveFetch, type Served } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const CDN = new URL('../../cdn/', import.meta.url);
const { key } = PURCHASES.standard;

const policyFor = (server: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `connect-src 'self' ${server}`,
    "style-src 'self'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ].join('; ');

/** A script's address, and what is served on the page's origin beside the page. */
interface Build {
  readonly script: string;
  readonly fileAt: (path: string) => string | undefined;
}

/** The same page once with the one file, and once with what a bundler makes of the package. */
const BUILDS: Readonly<Record<string, () => Promise<Build>>> = {
  'the one file': async () => ({
    script: '/cdn/license-gate.js',
    fileAt: (path) =>
      path.startsWith('/cdn/') ? readFileSync(new URL(path.slice(5), CDN), 'utf8') : undefined,
  }),
  'an app that is built with the package': async () => {
    const files = await buildApp("import 'license-gate-kit';");
    return { script: '/app.js', fileAt: (path) => files.get(path) };
  },
};

/** Keeps what the browser reports, also over a reload. It asks for an icon by itself, which is not the page's doing. */
const WATCH = `addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample, sourceFile, lineNumber }) => {
  if (blockedURI.endsWith('/favicon.ico')) return;
  const all = JSON.parse(sessionStorage.violations ?? '[]');
  all.push([effectiveDirective, blockedURI, sample, sourceFile, lineNumber].join(' '));
  sessionStorage.violations = JSON.stringify(all);
}, true);`;
const VIOLATIONS = `return JSON.parse(sessionStorage.violations ?? '[]')`;

for (const engine of browsersToTest())
  for (const [name, load] of Object.entries(BUILDS))
    describe(`${name}, on a strict page in ${engine}`, () => {
      let host: Served;
      let seller: Seller;
      let tab: Tab;
      let buyer: Visitor;

      before(async () => {
        const { script, fileAt } = await load();
        host = await serveFetch((request) => {
          const { pathname } = new URL(request.url);
          const code = pathname === '/watch.js' ? WATCH : fileAt(pathname);
          if (code) return new Response(code, { headers: { 'content-type': 'text/javascript' } });
          if (pathname === '/page.css')
            return new Response('license-gate:not(:defined) { display: none }', {
              headers: { 'content-type': 'text/css' },
            });
          return new Response(pageWith(script, seller.url), {
            headers: { 'content-type': 'text/html', 'content-security-policy': policyFor(seller.url) },
          });
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

      const sees = (text: string) =>
        buyer.until(
          `(gate?.shadowRoot?.textContent + document.body.innerText).includes(${JSON.stringify(text)})`,
        );

      it('serves a buyer from the first key to the last, and in another language, without a violation', async () => {
        await buyer.visit({ server: seller.url });
        await sees('Where is my license key?');
        await buyer.submit(UNKNOWN_KEY);
        await sees('Invalid license key');
        await buyer.unlock(key);

        await buyer.visit({ server: seller.url });
        await sees('The app');
        await sees('Standard License');
        await buyer.press('Deactivate this device');
        await sees('Cancel');
        await buyer.press('Deactivate this device');
        await sees('Where is my license key?');
        await tab.run(`document.documentElement.lang = 'de'`);
        await sees('Lizenzschlüssel');

        assert.deepEqual(await tab.run(VIOLATIONS), []);
      });

      it('is on a page that does report what breaks its policy', async () => {
        await buyer.visit({ server: seller.url });

        await tab.run(`document.body.setAttribute('style', 'color: red')`);
        await tab.run(`try { document.body.innerHTML = '<p>' } catch {}`);
        await tab.until(`JSON.parse(sessionStorage.violations ?? '[]').length === 2`);

        assert.match(String(await tab.run(VIOLATIONS)), /style-src-attr.*require-trusted-types-for/s);
      });
    });

const pageWith = (script: string, server: string) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>My Tool</title>
<script src="/watch.js"></script>
<link rel="stylesheet" href="/page.css">
<script type="module" src="${script}"></script>
<license-gate server="${server}" product="/my-tool"><template><main><h1>The app</h1></main></template></license-gate>`;
