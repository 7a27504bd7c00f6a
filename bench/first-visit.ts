// A buyer's first visit to a page that is measured afterwards: what it stores is what a returning buyer's page starts with.
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser } from 'puppeteer-core';

/** How long a page goes on storing behind its open gate. */
const STORING_MS = 500;

/** @param licenseKey for a gate; pages of other kinds activate by themselves */
export async function visitFirst(browser: Browser, url: string, licenseKey: string): Promise<void> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.evaluate(async (text) => {
    await document.querySelector('license-gate')?.activate(text);
  }, licenseKey);
  await page.waitForSelector('main');
  await pause(STORING_MS);
  await page.close();
}
