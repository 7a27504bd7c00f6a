// Every example as a buyer and a stranger meet it: built with the packed package, walked in a real Chromium, its back
// ends asked with true and false leases.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { mockLicenseServer, type MockLicenseServer } from '../../src/testing/index.ts';
import { newBuyer, openBrowser, type Buyer } from '../support/browser.ts';
import { serveFetch, type Served } from '../support/http.ts';
import { openWorkshop, type Workshop } from '../support/workshop.ts';

/** What to serve of each: the folder that its build writes. */
const PAGES = {
  html: '.',
  react: 'dist',
  vue: 'dist',
  svelte: 'dist',
  solid: 'dist',
  angular: 'dist',
  astro: 'dist',
  next: 'out',
} as const;
const BACK_ENDS = ['express', 'hono'] as const;

const OTHER_PRODUCT = '/other-tool';

let workshop: Workshop;
let license: MockLicenseServer;
let served: Served;

before(async () => {
  served = await serveFetch((request) => license.fetch(request));
  const seats = { 'Standard License': 1, 'Company License': 'unlimited' };
  const products = { '/my-tool': { seats }, [OTHER_PRODUCT]: { seats } };
  license = mockLicenseServer({ url: served.url, config: { products } });
  workshop = await openWorkshop(served.url, ['vitest']);
});
after(async () => {
  await served.close();
  workshop.close();
});

describe('a page', () => {
  let browser: Browser;
  let buyer: Buyer;

  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser.close());
  beforeEach(async () => {
    license.reset();
    buyer = await newBuyer(browser);
  });
  afterEach(() => buyer.close());

  const notes = () => buyer.page.locator('::-p-aria([name="Notes"][role="textbox"])');
  const written = () => buyer.page.evaluate(() => document.querySelector('textarea')?.value);
  const isSeen = () => buyer.page.evaluate(() => document.querySelector('main')?.checkVisibility() ?? false);
  const seesApp = () => buyer.page.waitForFunction(() => document.querySelector('main')?.checkVisibility());
  const seesForm = () => buyer.page.locator('::-p-aria([name="License key"][role="textbox"])').wait();

  for (const [example, folder] of Object.entries(PAGES))
    it(`made with ${example} opens for a buyer, at once from then on, and loses nothing that was typed`, async (t) => {
      if (folder !== '.') await workshop.run(example, 'build');
      const page = await workshop.serve(example, folder);
      t.after(() => page.close());
      const errors: unknown[] = [];
      buyer.page.on('pageerror', (error) => errors.push(error));

      await buyer.visit(page.url);
      await seesForm();
      assert.equal((await buyer.state()).hasApp, false, 'the app is in the page before it was paid for');

      await buyer.pasteKey(license.keys.valid);
      await seesApp();
      await buyer.sees('Licensed as Standard License.');

      // Nobody answers now: what opens the gate is what the device knows.
      license.interfere('hanging');
      const asked = license.requests.length;
      await buyer.page.reload();
      await seesApp();
      assert.equal(
        license.requests.length,
        asked,
        'a buyer who comes back has waited for the license server',
      );
      await buyer.sees('Licensed as Standard License.');
      license.interfere();

      await notes().fill('the first lines');
      license.interfere('offline');
      await buyer.page.evaluate(() => document.querySelector('license-gate')!.check());
      assert.equal((await buyer.state()).access, 'grace');
      assert.equal(await written(), 'the first lines');
      license.interfere();

      await buyer.click('Deactivate this device');
      await buyer.click('Deactivate this device');
      await seesForm();
      assert.equal(await isSeen(), false, 'the app is seen without a license');

      await buyer.pasteKey(license.keys.valid);
      await seesApp();
      assert.equal(await written(), 'the first lines');
      assert.deepEqual(errors, []);
    });
});

describe('a back end', () => {
  beforeEach(() => license.reset());

  for (const example of BACK_ENDS)
    it(`made with ${example} works for a true lease, and for no other`, async (t) => {
      const backEnd = await workshop.start(example);
      t.after(() => backEnd.close());
      const answerTo = async (lease?: string) => {
        const headers: HeadersInit = lease === undefined ? {} : { authorization: `Bearer ${lease}` };
        const response = await fetch(`${backEnd.url}/api/render`, { headers });
        const body = (await response.json()) as { code?: string; for?: string };
        return `${response.status} ${body.code ?? body.for}`;
      };
      const genuine = await license.lease();

      const answers = {
        none: await answerTo(),
        genuine: await answerTo(genuine),
        altered: await answerTo(altered(genuine)),
        forged: await answerTo(await mockLicenseServer().lease()),
        foreign: await answerTo(await leaseForOtherProduct()),
        expired: await answerTo(await leaseOfLastWeek()),
      };

      assert.deepEqual(answers, {
        none: '401 missing',
        genuine: '200 Company License',
        altered: '401 bad_signature',
        forged: '401 unknown_key',
        foreign: '401 other_product',
        expired: '401 expired',
      });
    });
});

describe('the tests of an app', () => {
  it('pass with Vitest in jsdom and in happy-dom', async () => {
    const output = await workshop.run('vitest', 'test');

    assert.match(output, /Tests +10 passed/);
  });
});

/** Another tier in the claims, under the old signature. */
function altered(lease: string): string {
  const [head, claims = '', signature] = lease.split('.');
  const text = Buffer.from(claims, 'base64url').toString();
  const dearer = text.replace('Company License', 'Galactic License');
  assert.notEqual(dearer, text);
  return [head, Buffer.from(dearer).toString('base64url'), signature].join('.');
}

async function leaseForOtherProduct(): Promise<string> {
  const body = { product: OTHER_PRODUCT, licenseKey: license.keys.otherProduct, deviceId: 'a-device' };
  const response = await license.fetch(`${license.url}/activate`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return ((await response.json()) as { lease: string }).lease;
}

async function leaseOfLastWeek(): Promise<string> {
  license.advance({ days: -7 });
  const lease = await license.lease(license.keys.team);
  license.advance({ days: 7 });
  return lease;
}
