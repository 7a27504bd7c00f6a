// A real browser on a host page with the built one-file bundle, and the ways in which a buyer finds things there:
// by role and name, never by our markup.
import { readFileSync } from 'node:fs';
import { launch, type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { findChromium } from '../../tools/find-chromium.mjs';
import { serveFetch, type Served } from './http.ts';

const BUNDLE = new URL('../../cdn/license-gate.js', import.meta.url);

export const openBrowser = async (): Promise<Browser> => launch(await findChromium());

/** A seller's web app on an origin of its own. */
export interface HostPage extends Served {
  /** What `<license-gate>` on it is set up with. */
  attributes: Readonly<Record<string, string>>;
}

export async function serveHostPage(): Promise<HostPage> {
  const page = { attributes: {} as Readonly<Record<string, string>> };
  const served = await serveFetch((request) =>
    new URL(request.url).pathname === '/license-gate.js'
      ? new Response(readFileSync(BUNDLE), { headers: { 'content-type': 'text/javascript' } })
      : new Response(documentWith(page.attributes), { headers: { 'content-type': 'text/html' } }),
  );
  return Object.assign(page, served);
}

const documentWith = (attributes: Readonly<Record<string, string>>) => `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>My Tool</title>
<style>license-gate:not(:defined) { display: none }</style>
<script type="module" src="/license-gate.js"></script>
<license-gate ${Object.entries(attributes)
  .map(([name, value]) => `${name}="${value}"`)
  .join(
    ' ',
  )}><template><main><h1>The app</h1><textarea aria-label="Notes"></textarea></main></template></license-gate>`;

/** One browser profile at work on one page. */
export interface Buyer {
  readonly page: Page;
  /** URLs and bodies of what the page has sent to other origins than its own, in order. */
  readonly sent: string[];
  /** Bodies of what it was answered from there. */
  readonly received: string[];
  visit(url: string): Promise<void>;
  /** Loads the page again, with its clock moved by so much altogether. */
  reloadAfter(ms: number): Promise<void>;
  pasteKey(key: string): Promise<void>;
  click(name: string): Promise<void>;
  /** Waits until the text stands on the page, in the gate or in the app. */
  sees(text: string): Promise<void>;
  /** What `<license-gate>` knows. */
  state(): Promise<{ access: string; open: boolean; reason: string | null; hasApp: boolean }>;
  close(): Promise<void>;
}

export async function newBuyer(browser: Browser): Promise<Buyer> {
  const context: BrowserContext = await browser.createBrowserContext();
  const page = await context.newPage();
  const sent: string[] = [];
  const received: string[] = [];
  let origin = '';
  const isForeign = (url: string) => !url.startsWith(origin) && url.startsWith('http');
  page.on('request', (request) => {
    if (isForeign(request.url()))
      sent.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`);
  });
  page.on('response', (response) => {
    if (isForeign(response.url()))
      response.text().then(
        (body) => received.push(body),
        () => {},
      );
  });

  const settle = () =>
    page.waitForFunction(() => document.querySelector('license-gate')?.getAttribute('access') !== 'unknown');
  return {
    page,
    sent,
    received,
    async visit(url) {
      origin = new URL(url).origin;
      await page.goto(url);
      await settle();
    },
    async reloadAfter(ms) {
      await page.evaluateOnNewDocument((shift: number) => {
        const real = Date.now;
        Date.now = () => real() + shift;
      }, ms);
      await page.reload();
    },
    async pasteKey(key) {
      const field = page.locator('::-p-aria([name="License key"][role="textbox"])');
      await field.fill(key);
      await page.locator('::-p-aria([name="Activate"][role="button"])').click();
    },
    click: (name) => page.locator(`::-p-aria([name="${name}"][role="button"])`).click(),
    async sees(text) {
      await page.waitForFunction(
        (wanted: string) => {
          const gate = document.querySelector('license-gate');
          const shown = `${gate?.shadowRoot?.textContent} ${document.body.innerText}`.replace(/\s+/g, ' ');
          return shown.includes(wanted);
        },
        { timeout: 15_000 },
        text,
      );
    },
    state: () =>
      page.evaluate(() => {
        const gate = document.querySelector('license-gate')!;
        return {
          access: gate.access,
          open: gate.open,
          reason: gate.reason ?? null,
          hasApp: document.querySelector('main') !== null,
        };
      }),
    close: () => context.close(),
  };
}
