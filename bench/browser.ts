// How long a licensed buyer waits for the app when the page is opened again, from the navigation and from the script's
// start to the open gate: ours beside the marketplace guide's own web snippet and beside the least that any solution
// has to do. They take turns in one run in a real Chromium, since only the ratios mean something on a shared machine.
// A number is the mean of the middle half of the openings. `--json` prints all as JSON. ROUNDS sets how often each page is
// opened.
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { launch } from 'puppeteer-core';
import { PURCHASES } from '../src/testing/index.ts';
import { createTestServer } from '../test/server/support.ts';
import { serveFetch, type Served } from '../test/support/http.ts';
import { findChromium } from '../tools/find-chromium.mjs';
import { beginWith } from './begin-with.ts';
import { visitFirst } from './first-visit.ts';
import { atMost, enforce, lineOf } from './limit.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 31);
/** The two whose times are the closest are opened this often in a round: single openings lie far apart. */
const TURNS = 3;
const isJson = process.argv.includes('--json');
/** How many times slower than this machine's the processor is made. */
const SLOWDOWNS = [1, 6];
const ROUND_TRIP_MS = 100;
const { key } = PURCHASES.company; // a seat for each page

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const bundle = read('../cdn/license-gate.js');
const starters = read('browser-starters.js');

const NEAR_GUIDE = 'guide’s web snippet, 0 ms away';
const GUIDE = `guide’s web snippet, ${ROUND_TRIP_MS} ms away`;
const FLOOR = 'floor: localStorage + verify';
const SIGNED = 'license-gate, keys pinned';

/** Ways to open the app: the script of a page. */
const SCRIPTS: Readonly<Record<string, string>> = {
  [NEAR_GUIDE]: `${starters}; await askAsTheGuide()`,
  [GUIDE]: `${starters}; await askAsTheGuide()`,
  'floor: IndexedDB + verify': `${starters}; await openFromDatabase()`,
  [FLOOR]: `${starters}; await openFromMirror()`,
  [SIGNED]: bundle,
  'license-gate, nothing signed': bundle,
};
/** What the signed one may take at most, as a part of what others take. */
const LIMITS = { [FLOOR]: { must: 1.5, aim: 1.25 }, [GUIDE]: { must: 0.1, aim: undefined } };

/** Milliseconds but for `requests` and `heapKb`. */
interface Opening {
  readonly fromNavigation: number;
  readonly fromScript: number;
  /** The longest task that kept the page from answering. */
  readonly longestTask: number;
  /** to the license server, before the gate was open */
  readonly requests: number;
  readonly heapKb: number;
}

const hosts = new Map<string, Served>();
for (const name of Object.keys(SCRIPTS)) hosts.set(name, await serveFetch(({ url }) => answer(name, url)));
const licenses = createTestServer({
  config: { allowedOrigins: [...hosts.values()].map(({ url }) => url) },
  clock: { now: Date.now, advance: () => {} },
});
const answerRequest = (request: Request) =>
  licenses.server.fetch(request, { incoming: { socket: { remoteAddress: '127.0.0.1' } } });
const server = await serveFar(answerRequest);
const near = await serveFetch(answerRequest);
const keys = await (await fetch(`${server.url}/.well-known/jwks.json`)).text();
const browser = await launch(await findChromium());

try {
  for (const { url } of hosts.values()) await visitFirst(browser, url, key);
  for (const slowdown of SLOWDOWNS) await compare(slowdown);
} finally {
  await browser.close();
  for (const served of [...hosts.values(), server, near]) await served.close();
}

async function compare(slowdown: number): Promise<void> {
  const openings = new Map(Object.keys(SCRIPTS).map((name) => [name, [] as Opening[]]));
  for (let round = 0; round < ROUNDS; round++)
    for (let turn = 0; turn < TURNS; turn++)
      for (const [name, { url }] of hosts)
        if (turn === 0 || name === FLOOR || name === SIGNED)
          openings.get(name)?.push(await open(name, url, slowdown));
  const middle = (name: string, what: keyof Opening) =>
    middleOf((openings.get(name) ?? []).map((opening) => opening[what]));
  const floor = middle(FLOOR, 'fromScript');

  if (isJson) {
    const numbers = [...openings.keys()].map((name) => ({
      name,
      fromNavigation: middle(name, 'fromNavigation'),
      fromScript: middle(name, 'fromScript'),
      longestTask: middle(name, 'longestTask'),
      requests: middle(name, 'requests'),
      heapKb: middle(name, 'heapKb'),
    }));
    console.log(JSON.stringify({ slowdown, rounds: ROUNDS, numbers }));
  } else {
    console.log(
      `\nTo the open gate, mean of the middle half of ${ROUNDS} to ${ROUNDS * TURNS}, processor ${slowdown} × slower`,
    );
    console.log(`${''.padEnd(36)} navigation    script  × floor  long task  requests   heap`);
    for (const name of openings.keys())
      console.log(
        `  ${name.padEnd(34)}` +
          `${middle(name, 'fromNavigation').toFixed(1).padStart(8)} ms` +
          `${middle(name, 'fromScript').toFixed(1).padStart(7)} ms` +
          `${(middle(name, 'fromScript') / floor).toFixed(2).padStart(9)}` +
          `${middle(name, 'longestTask').toFixed(0).padStart(8)} ms` +
          `${String(middle(name, 'requests')).padStart(10)}` +
          `${middle(name, 'heapKb').toFixed(0).padStart(7)} kB`,
      );
  }
  const limits = Object.entries(LIMITS).map(([other, { must, aim }]) =>
    atMost(`times ${other}`, middle(SIGNED, 'fromScript') / middle(other, 'fromScript'), must, aim),
  );
  if (!isJson) for (const limit of limits) console.log(`  ${lineOf(limit, 3)}`);
  enforce(limits);
}

/** Loads the page and waits for its app. Only the guide's snippet may ask before it opens. */
async function open(name: string, url: string, slowdown: number): Promise<Opening> {
  const page = await browser.newPage();
  let requests = 0;
  page.on('request', (request) => {
    const isAsking = [server, near].some((served) => request.url().startsWith(served.url));
    if (isAsking && request.method() === 'POST') requests += 1;
  });
  await page.emulateCPUThrottling(slowdown);
  await page.goto(url);
  const opened = await page.waitForFunction(() => {
    const [mark] = performance.getEntriesByName('open');
    return mark && { fromScript: mark.duration, fromNavigation: mark.startTime + mark.duration };
  });
  const times = (await opened.jsonValue()) as Pick<Opening, 'fromScript' | 'fromNavigation'>;
  const before = requests;
  const longestTask = await page.evaluate(() => (globalThis as { longestTask?: number }).longestTask ?? 0);
  const { JSHeapUsedSize = 0 } = await page.metrics();
  if (!name.startsWith('guide') && before > 0) throw new Error(`${name} has asked the license server`);
  await page.close();
  return { ...times, longestTask, requests: before, heapKb: JSHeapUsedSize / 1024 };
}

/** A page that notes when the app has come into it, or its script, which notes when it starts. */
function answer(name: string, url: string): Response {
  if (url.endsWith('.js'))
    return new Response(beginWith("performance.mark('start');", SCRIPTS[name] ?? ''), {
      headers: { 'content-type': 'text/javascript', 'cache-control': 'max-age=31536000, immutable' },
    });
  const app = '<template><main><h1>The app</h1></main></template>';
  const pinned = name === SIGNED ? `public-keys='${keys}'` : '';
  return new Response(
    `<!doctype html><meta charset="utf-8"><title>My Tool</title>
    <script>
      new MutationObserver((_, watch) => {
        if (!document.querySelector('main')) return;
        watch.disconnect();
        performance.measure('open', 'start');
      }).observe(document, { childList: true, subtree: true });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries())
          globalThis.longestTask = Math.max(globalThis.longestTask ?? 0, duration);
      }).observe({ type: 'longtask', buffered: true });
    </script>
    <script type="module" src="/script.js"></script>
    ${
      SCRIPTS[name] === bundle
        ? `<license-gate server="${server.url}" product="/my-tool" ${pinned}>${app}</license-gate>`
        : `<div id="gate" data-server="${name === NEAR_GUIDE ? near.url : server.url}" data-key="${key}">${app}</div>`
    }`,
    { headers: { 'content-type': 'text/html' } },
  );
}

/**
 * A server at a distance, as it is met a day later, when no connection and no preflight is left: two round trips for a
 * new connection (TCP, TLS), and one for each answer.
 */
function serveFar(handle: (request: Request) => Response | Promise<Response>): Promise<Served> {
  const connected = new WeakSet<Socket>();
  return serveFetch(async (request, { incoming: { socket } }) => {
    await pause(connected.has(socket) ? ROUND_TRIP_MS : 3 * ROUND_TRIP_MS);
    connected.add(socket);
    const { status, headers, body } = await handle(request);
    const leaves = request.method === 'OPTIONS' ? {} : { connection: 'close' };
    return new Response(body, {
      status,
      headers: { ...Object.fromEntries(headers), ...leaves, 'access-control-max-age': '0' },
    });
  });
}

/** The mean of the middle half. */
function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const quarter = Math.floor(sorted.length / 4);
  const half = sorted.slice(quarter, sorted.length - quarter);
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}
