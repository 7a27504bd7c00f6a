// The gate works against license servers that sellers wrote from the marketplace's guide.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { newBuyer, openBrowser, serveHostPage, type HostPage } from '../support/browser.ts';
import { createGuideServer } from '../support/guide-servers.ts';
import { serveFetch } from '../support/http.ts';

const KEY = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';

for (const kind of ['express', 'flask'] as const)
  describe(`a server like the guide's ${kind} sample`, () => {
    let browser: Browser;
    let app: HostPage;

    before(async () => {
      browser = await openBrowser();
      app = await serveHostPage();
    });
    after(async () => {
      await browser.close();
      await app.close();
    });

    it('opens the gate, counts the seat, frees it, and shuts the gate of a refunded key', async () => {
      const sold = new Map([[KEY, 'Standard License']]);
      const guide = createGuideServer(kind, sold);
      const server = await serveFetch((request) => guide.fetch(request));
      app.attributes = { server: server.url };
      const [first, second] = [await newBuyer(browser), await newBuyer(browser)];
      await first.visit(app.url);
      await second.visit(app.url);

      await first.pasteKey('00000000-0000-4000-8000-000000000000');
      await first.sees('Invalid license key');
      await first.pasteKey(KEY);
      await first.sees('The app');
      await second.pasteKey(KEY);
      await second.sees('All seats of this license are in use');

      await first.click('Deactivate this device');
      await first.click('Deactivate this device');
      await first.sees('Enter your license key');
      await second.pasteKey(KEY);
      await second.sees('The app');

      sold.clear();
      await second.page.evaluate(() => document.querySelector('license-gate')!.check());
      await second.sees('Your license is no longer valid. Please contact support.');
      assert.equal((await second.state()).reason, 'license_revoked');
      await Promise.all([first.close(), second.close(), server.close()]);
    });
  });
