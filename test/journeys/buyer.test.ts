// A buyer's whole story in a real browser, against the built license server and a fake marketplace.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { FAULTS, PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { newBuyer, openBrowser, serveHostPage, type Buyer, type HostPage } from '../support/browser.ts';
import { SHORT_AGES, STALE_MS, TOKEN, openShop, type Seller } from '../support/license-server.ts';

const { standard, team } = PURCHASES;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const REVOKED = 'Your license is no longer valid. Please contact support.';

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const check = (buyer: Buyer) => buyer.page.evaluate(() => document.querySelector('license-gate')!.check());

describe('a buyer', () => {
  let browser: Browser;
  let app: HostPage;
  let otherApp: HostPage;
  let seller: Seller;
  let buyer: Buyer;

  before(async () => {
    browser = await openBrowser();
    app = await serveHostPage();
    otherApp = await serveHostPage();
  });
  after(async () => {
    await browser.close();
    await app.close();
    await otherApp.close();
  });
  beforeEach(() => begin());
  afterEach(async () => {
    await buyer.close();
    await seller.close();
  });

  async function begin(config?: object): Promise<void> {
    seller = await openShop([app.url, otherApp.url], config);
    app.attributes = { server: seller.url, product: '/my-tool' };
    otherApp.attributes = app.attributes;
    buyer = await newBuyer(browser);
    await buyer.visit(app.url);
  }

  /** The same with a seller whose verdicts age within a second. */
  async function beginAnew(config: object): Promise<void> {
    await buyer.close();
    await seller.close();
    await begin(config);
  }

  async function unlock(): Promise<void> {
    await buyer.pasteKey(standard.key);
    await buyer.sees('The app');
  }

  it('pastes a key, and the app opens', async () => {
    await buyer.sees('Where is my license key?');
    assert.equal((await buyer.state()).hasApp, false);

    await unlock();

    assert.deepEqual(await buyer.state(), { access: 'unlocked', open: true, reason: null, hasApp: true });
    assert.equal(seller.marketplace.callsFor(standard.key), 1);
  });

  it('pastes a wrong key, reads why nothing opens, and goes on with the right one', async () => {
    await buyer.pasteKey(UNKNOWN_KEY);
    await buyer.sees('Invalid license key');

    await unlock();

    assert.equal((await buyer.state()).open, true);
  });

  it('comes back to an open app without a request, though the license server is dead', async () => {
    await unlock();
    await seller.kill();
    buyer.sent.length = 0;

    await buyer.reloadAfter(2 * HOUR_MS);
    await buyer.sees('The app');

    assert.deepEqual(buyer.sent, []);
    assert.equal((await buyer.state()).access, 'unlocked');
  });

  it('works on for seven days without the license server, and then not, and then again without the key', async () => {
    await unlock();
    await seller.kill();

    await buyer.reloadAfter(7 * DAY_MS - HOUR_MS);
    await buyer.sees('You can go on working until');
    assert.deepEqual(await buyer.state(), {
      access: 'grace',
      open: true,
      reason: 'network_error',
      hasApp: true,
    });

    await buyer.reloadAfter(2 * HOUR_MS); // on top of what came before
    await buyer.sees('Your license could not be confirmed');
    assert.deepEqual(await buyer.state(), {
      access: 'locked',
      open: false,
      reason: 'grace_expired',
      hasApp: false,
    });

    await seller.start();
    await buyer.click('Try again');
    await buyer.sees('The app');
    assert.equal((await buyer.state()).access, 'unlocked');
  });

  it('is shut out after a refund, once a second verdict has confirmed it', async () => {
    await beginAnew({ verdicts: SHORT_AGES });
    await unlock();
    seller.marketplace.refund(standard.key);
    await later(STALE_MS);
    await check(buyer); // the first invalid verdict only starts the wait
    assert.equal((await buyer.state()).open, true);
    await later(800);

    await check(buyer);
    await buyer.sees(REVOKED);
    assert.deepEqual(await buyer.state(), {
      access: 'locked',
      open: false,
      reason: 'license_revoked',
      hasApp: false,
    });
  });

  it('is not disturbed by anything that the marketplace does but a refund', async () => {
    await beginAnew({ verdicts: SHORT_AGES });
    await unlock();
    for (const fault of FAULTS.filter((name) => name !== 'hanging')) {
      seller.marketplace.interfere(fault);
      await later(STALE_MS);
      await check(buyer);
      assert.equal((await buyer.state()).access, 'unlocked', fault);
    }
  });

  it('frees the seat of a lost device from the new one, in one step', async () => {
    await unlock();
    const second = await newBuyer(browser);
    await second.visit(otherApp.url);
    await second.pasteKey(standard.key);
    await second.sees('All seats of this license are in use');
    await second.sees('last seen today');

    await second.click('Use here instead: Chrome on Linux');
    await second.sees('The app');

    await check(buyer);
    await buyer.sees('All seats of this license are in use');
    assert.equal((await buyer.state()).reason, 'seat_limit_reached');
    await second.close();
  });

  it('deactivates one device to use another', async () => {
    await unlock();
    await buyer.click('Deactivate this device');
    await buyer.sees('Give this seat back?');
    await buyer.click('Deactivate this device');
    await buyer.sees('Enter your license key');

    const second = await newBuyer(browser);
    await second.visit(otherApp.url);
    await second.pasteKey(standard.key);
    await second.sees('The app');

    await buyer.reloadAfter(0);
    assert.equal((await buyer.state()).open, false);
    await second.close();
  });

  it('keeps the seat when the license server is killed and started again', async () => {
    await unlock();
    await seller.kill();
    await seller.start();

    const stranger = await newBuyer(browser);
    await stranger.visit(otherApp.url);
    await stranger.pasteKey(standard.key);
    await stranger.sees('All seats of this license are in use');
    await check(buyer);

    assert.equal((await buyer.state()).access, 'unlocked');
    await stranger.close();
  });

  it('is one device in ten tabs that open at once', async () => {
    const context = buyer.page.browserContext();
    const tabs = await Promise.all(Array.from({ length: 10 }, () => context.newPage()));
    await Promise.all(tabs.map((tab) => tab.goto(app.url)));

    const outcomes = await Promise.all(
      tabs.map((tab) =>
        tab.evaluate((key) => document.querySelector('license-gate')!.activate(key), team.key),
      ),
    );

    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      Array.from({ length: 10 }, () => true),
    );
    const used = await tabs[0]!.evaluate(() => document.querySelector('license-gate')!.license?.devicesUsed);
    assert.equal(used, 1);
  });

  it('leaves no key and no token in a URL, a log, an answer or the database', async () => {
    await buyer.pasteKey(UNKNOWN_KEY);
    await buyer.sees('Invalid license key');
    await unlock();
    await check(buyer);
    await later(300);

    const urls = buyer.sent.map((request) => request.split(' ')[1]).join('\n');
    const places = {
      urls,
      log: seller.output(),
      answers: buyer.received.join('\n'),
      database: seller.database(),
    };
    for (const [place, text] of Object.entries(places))
      for (const secret of [standard.key, UNKNOWN_KEY, standard.key.replaceAll('-', ''), TOKEN])
        assert.equal(text.toLowerCase().includes(secret), false, `${secret} in ${place}`);
    assert.match(seller.output(), /marketplace_verdict/);
  });
});
