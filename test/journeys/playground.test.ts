// The demo's playground in a real browser: what is chosen is what the frame shows and what the HTML says.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { openBrowser } from '../support/browser.ts';
import { startDemo, type Demo } from '../support/demo.ts';

let browser: Browser;
let demo: Demo;
let page: Page;

before(async () => {
  browser = await openBrowser();
  demo = await startDemo();
  page = await browser.newPage();
  await page.goto(demo.url);
});
after(async () => {
  await browser.close();
  await demo.close();
});

const choose = (name: string, value: string) => page.select(`#playground [name="${name}"]`, value);

/** The text of the gate in the frame, once it holds these words. */
const shows = (words: string) =>
  page.waitForFunction(
    (text) => {
      const frame = document.querySelector<HTMLIFrameElement>('#playground iframe');
      const gate = frame?.contentDocument?.querySelector('license-gate');
      return gate?.shadowRoot?.textContent.includes(text);
    },
    {},
    words,
  );

const html = () => page.$eval('#playground code', (code) => code.textContent);

test('shows every state at will', async () => {
  await choose('state', 'seats');

  await shows('Chrome on Mac');
});

test('speaks the language that is chosen, and says so in the HTML', async () => {
  await choose('state', 'first');
  await choose('lang', 'de');

  await shows('Aktivieren');
  assert.match(await html(), /<license-gate [^>]*lang="de">/);
});

test('wears a theme made of documented properties only', async () => {
  await choose('lang', 'en');
  await choose('theme', 'terminal');
  await shows('Activate');

  const family = await page.$eval('#playground iframe', (frame) => {
    const gate = (frame as HTMLIFrameElement).contentDocument?.querySelector('license-gate');
    return gate && getComputedStyle(gate).fontFamily;
  });

  assert.match(String(family), /monospace/);
  assert.match(await html(), /--license-gate-radius: 0;/);
});

test('leaves out of the HTML what is the default', async () => {
  await choose('theme', 'own');
  await choose('layout', 'card');

  assert.match(await html(), /<license-gate server="https:\/\/licenses.example.com" product="\/my-tool">/);
});
