// The demo's print room in a real browser: a back end that hands something out only against a valid lease.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { PURCHASES } from '../../src/testing/index.ts';
import { newBuyer, openBrowser, type Buyer } from '../support/browser.ts';
import { startDemo, type Demo } from '../support/demo.ts';

const DAY_MS = 86_400_000;

describe("the seller's print room", () => {
  let browser: Browser;
  let demo: Demo;
  let buyer: Buyer;

  before(async () => {
    browser = await openBrowser();
    demo = await startDemo();
  });
  after(async () => {
    await browser.close();
    await demo.close();
  });
  beforeEach(async () => {
    await demo.turn({ turn: 'reset' });
    buyer = await newBuyer(browser);
    await buyer.visit(demo.url);
  });
  afterEach(() => buyer.close());

  async function activate(): Promise<void> {
    await buyer.pasteKey(PURCHASES.team.key);
    await buyer.page.waitForFunction(() => document.querySelector('license-gate')?.open);
  }

  const lease = () => buyer.page.evaluate(() => document.querySelector('license-gate')?.lease);

  it('prints for a buyer, and for nobody without a license', async () => {
    await buyer.click('Print my card');
    await buyer.sees('401 missing This needs a license: no lease was sent.');

    await activate();
    await buyer.click('Print my card');

    await buyer.sees('200 OK Sheet HP-');
    await buyer.sees('is being printed for a Team License.');
  });

  for (const [name, words] of [
    ['no lease', '401 missing This needs a license'],
    ['an altered one', '401 bad_signature The lease was altered'],
    ['a forged one', '401 unknown_key The lease is not signed with a key of this license server.'],
    ['one for another app', '401 other_product The lease is for another product.'],
    ['one of last week', '401 expired The lease is over'],
  ] as const)
    it(`refuses ${name}, also from a buyer`, async () => {
      await activate();

      await buyer.click(name);

      await buyer.sees(words);
    });

  it('prints again when the lease was over and the page has asked for a new one', async () => {
    await activate();
    const old = await lease();
    await demo.turn({ turn: 'server', isUp: false });
    await demo.turn({ turn: 'clock', byMs: 2 * DAY_MS });
    await buyer.click('Print my card');
    await buyer.sees('401 expired');

    await demo.turn({ turn: 'server', isUp: true });
    await buyer.click('Print my card');

    await buyer.sees('200 OK');
    assert.notEqual(await lease(), old);
  });
});
