// Writes the gallery: every state of the gate, light and dark, wide and narrow, left to right and right to left, as
// a real browser shows it. Without --all only the README's picture, which is made of some of them.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { launch } from 'puppeteer-core';
import { createServer } from 'vite';
import { findChromium } from './find-chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const README_PICTURE = 'first.light,wrong.light,seats.dark,open.dark';
const SHAPES = { wide: { width: 900, height: 680 }, narrow: { width: 320, height: 640 } };
const LANGUAGES = ['en', 'ar'];
const LAYOUTS = ['page', 'dialog'];

const vite = await createServer({
  root,
  configFile: false,
  logLevel: 'warn',
  optimizeDeps: { noDiscovery: true },
  server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
});
await vite.listen();
const address = `http://127.0.0.1:${vite.httpServer.address().port}/demo/gallery.html`;
const browser = await launch(await findChromium());
const page = await browser.newPage();
page.on('pageerror', (error) => console.error(error));
page.on('console', (message) => message.type() === 'error' && console.error(message.text()));
await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);

mkdirSync(`${root}docs/gallery`, { recursive: true });
await shoot('docs/states.png', { width: 1576, height: 600 }, { show: README_PICTURE }, 1.5);
if (process.argv.includes('--all')) await shootAll();
await browser.close();
await vite.close();

async function shootAll() {
  const states = await page.evaluate(async () => (await import('/demo/states.ts')).STATE_NAMES);
  for (const lang of LANGUAGES)
    for (const [shape, size] of Object.entries(SHAPES))
      for (const scheme of ['light', 'dark'])
        for (const state of states)
          await shoot(`docs/gallery/${state}-${scheme}-${shape}-${lang}.png`, size, {
            show: `${state}.${scheme}`,
            lang,
          });
  for (const layout of LAYOUTS)
    await shoot(`docs/gallery/layout-${layout}.png`, SHAPES.wide, { show: 'first.light', layout });
  await shoot('docs/gallery/compact.png', SHAPES.wide, { show: 'first.light', compact: '' });
}

async function shoot(path, size, search, deviceScaleFactor = 1) {
  await page.setViewport({ ...size, deviceScaleFactor });
  await page.goto(`${address}?${new URLSearchParams(search)}`);
  await page.waitForSelector('html[data-ready]', { timeout: 20_000 });
  // Beyond the viewport, Chromium shifts pages that run from right to left.
  await page.screenshot({ path: root + path, fullPage: true, captureBeyondViewport: false });
  console.log(path);
}
