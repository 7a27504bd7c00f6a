// A gate that a page takes out and puts back a thousand times leaves nothing behind, as the browser's own memory shows.
import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { PURCHASES } from '../../src/testing/index.ts';
import { newBuyer, openBrowser, serveHostPage, type HostPage } from '../support/browser.ts';
import { openShop, type Seller } from '../support/license-server.ts';

/** What a thousand gates may leave in the heap (in bytes): what the engine has compiled, not what we have kept. */
const LEAST = 1_000_000;

let browser: Browser;
let app: HostPage;
let seller: Seller;

before(async () => {
  browser = await openBrowser();
  app = await serveHostPage();
  seller = await openShop([app.url]);
  app.attributes = { server: seller.url, product: '/my-tool' };
});
after(async () => {
  await browser.close();
  await app.close();
  await seller.close();
});

it('leaves no gate, no app and less than a megabyte after a thousand removals', async () => {
  const { page, visit, pasteKey, sees } = await newBuyer(browser);
  await visit(app.url);
  await pasteKey(PURCHASES.standard.key);
  await sees('The app');
  await replaceGates(page, 50);
  const earlier = await measure(page);

  await replaceGates(page, 1000);

  const later = await measure(page);
  assert.equal(later.apps, 1);
  assert.ok(later.gates <= 2, `${later.gates} gates`); // the browser itself may remember the last that was there
  assert.ok(later.bytes - earlier.bytes < LEAST, `${later.bytes - earlier.bytes} bytes more`);
});

/** Puts a new open gate in the place of the old one, so many times. */
const replaceGates = (page: Page, times: number) =>
  page.evaluate(async (count) => {
    for (let turn = 0; turn < count; turn++) {
      const old = document.querySelector('license-gate')!;
      const gate = document.createElement('license-gate');
      for (const { name, value } of old.attributes) gate.setAttribute(name, value);
      gate.innerHTML = '<template><main><h1>The app</h1></main></template>';
      old.replaceWith(gate);
      await gate.ready;
      await gate.updateComplete;
    }
  }, times);

/** What is alive once everything that nobody reaches is gone. */
async function measure(page: Page) {
  const protocol = await page.createCDPSession();
  const count = async (prototype: string): Promise<number> => {
    const { result } = await protocol.send('Runtime.evaluate', { expression: prototype });
    const { objects } = await protocol.send('Runtime.queryObjects', { prototypeObjectId: result.objectId! });
    const { result: length } = await protocol.send('Runtime.callFunctionOn', {
      objectId: objects.objectId!,
      functionDeclaration: 'function () { return this.length; }',
    });
    await protocol.send('Runtime.releaseObject', { objectId: objects.objectId! });
    return Number(length.value);
  };
  await protocol.send('HeapProfiler.collectGarbage');
  const gates = await count(`customElements.get('license-gate').prototype`);
  const apps = await page.evaluate(() => document.querySelectorAll('main').length);
  await protocol.send('HeapProfiler.collectGarbage');
  const { usedSize } = await protocol.send('Runtime.getHeapUsage');
  await protocol.detach();
  return { gates, apps, bytes: usedSize };
}
