// What a licensed buyer's page does from its script's first statement to the app, ours beside the least that any solution has
// to do. It is read off by when the start calls what of the browser, which costs it next to nothing: a profiler that asks ten
// thousand times a second sees fifty moments of it, and slows it down. A profile of one start each is left for its flames.
import { readFileSync } from 'node:fs';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { PURCHASES } from '../src/testing/index.ts';
import { createTestServer } from '../test/server/support.ts';
import { serveFetch, type Served } from '../test/support/http.ts';
import { findChromium } from '../tools/find-chromium.mjs';
import { beginWith } from './begin-with.ts';
import { fileAt } from './contender.ts';
import { visitFirst } from './first-visit.ts';
import { keepProfile } from './profile-files.ts';

const OPENINGS = 30;
const SAMPLED_EVERY_MICROS = 100;
const { key } = PURCHASES.company; // a seat for each page
const OURS = 'license-gate, keys pinned';
const FLOOR = 'floor: localStorage + verify';

const read = (path: string) => readFileSync(fileAt(path), 'utf8');
const SCRIPTS = {
  [OURS]: read('../cdn/license-gate.js'),
  [FLOOR]: `${read('browser-starters.js')}; await openFromMirror()`,
};

/** In ms, as the page's clock has it. */
interface Span {
  readonly method: string;
  readonly from: number;
  readonly to: number;
}

interface Opening {
  readonly started: number;
  readonly opened: number;
  readonly spans: readonly Span[];
}

const ROWS = [
  'running the script, to its first call',
  'defining the tags, upgrading the element',
  'the script’s end, reading the settings',
  'reading the record, checking its shape',
  'asking WebCrypto three times',
  'deciding, telling, the app into the page',
];

export async function printStart(): Promise<void> {
  const licenses = createTestServer({
    config: { allowedOrigins: ['*'] },
    clock: { now: Date.now, advance: () => {} },
  });
  const server = await serveFetch((request) =>
    licenses.server.fetch(request, { incoming: { socket: { remoteAddress: '127.0.0.1' } } }),
  );
  const keys = await (await fetch(`${server.url}/.well-known/jwks.json`)).text();
  const hosts = new Map<string, Served>();
  for (const [name, script] of Object.entries(SCRIPTS)) {
    const page = pageOf(name, server.url, keys);
    hosts.set(
      name,
      await serveFetch(({ url }) => (url.endsWith('.js') ? answerScript(script) : answerPage(page))),
    );
  }
  const browser = await launch(await findChromium());
  try {
    for (const { url } of hosts.values()) await visitFirst(browser, url, key);
    const openings = new Map([...hosts.keys()].map((name) => [name, [] as Opening[]]));
    for (let turn = 0; turn < OPENINGS; turn += 1)
      for (const [name, { url }] of hosts) openings.get(name)?.push(await open(browser, url));
    for (const [name, { url }] of hosts) keepProfile(name, await profileStart(browser, url));
    print(openings);
  } finally {
    await browser.close();
    for (const served of [...hosts.values(), server]) await served.close();
  }
}

async function open(browser: Browser, url: string): Promise<Opening> {
  const page = await browser.newPage();
  await page.goto(url);
  const opening = await openingOf(page);
  await page.close();
  return opening;
}

async function openingOf(page: Page): Promise<Opening> {
  await page.waitForFunction('globalThis.opened');
  const opening = await page.evaluate('({ started: globalThis.started, opened, spans })');
  return opening as Opening;
}

/** One a row, in ms: what lies between two moments that follow each other. The floor has no tags to define. */
function timesOf({ started, opened, spans }: Opening): number[] {
  const of = (...methods: readonly string[]) =>
    spans.filter(({ from, method }) => from < opened && methods.includes(method));
  const defined = of('define');
  const [record] = of('getItem');
  const asked = of('importKey', 'verify', 'digest');
  const moments = [
    defined[0]?.from ?? record?.from,
    defined.at(-1)?.to ?? record?.from,
    record?.from,
    asked[0]?.from,
    asked.at(-1)?.to,
    opened,
  ];
  return moments.map(
    (moment = Number.NaN, row) => moment - (row === 0 ? started : (moments[row - 1] ?? Number.NaN)),
  );
}

/** The mean of the middle half, so that the rows add up and a stumble counts for nothing. */
function middleOf(openings: readonly Opening[]): number[] {
  const sorted = openings.toSorted((one, other) => one.opened - one.started - (other.opened - other.started));
  const middle = sorted.slice(Math.floor(sorted.length / 4), Math.ceil((sorted.length * 3) / 4)).map(timesOf);
  return ROWS.map((_, row) => middle.reduce((sum, times) => sum + (times[row] ?? 0), 0) / middle.length);
}

function print(openings: ReadonlyMap<string, readonly Opening[]>): void {
  const columns = [...openings.values()].map(middleOf);
  line('From a licensed page’s script to its app', [...openings.keys()]);
  for (const [row, title] of ROWS.entries())
    line(
      `  ${title}`,
      columns.map((times) => millis(times[row] ?? 0)),
    );
  line(
    '  together',
    columns.map((times) => millis(times.reduce((sum, time) => sum + time, 0))),
  );
}

const line = (title: string, cells: readonly string[]): void =>
  console.log(title.padEnd(46) + cells.map((cell) => cell.padStart(30)).join(''));

const millis = (time: number): string => `${time.toFixed(2)} ms`;

async function profileStart(browser: Browser, url: string): Promise<object> {
  const page = await browser.newPage();
  await page.goto(url);
  await openingOf(page);
  const session = await page.createCDPSession();
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: SAMPLED_EVERY_MICROS });
  await session.send('Profiler.start');
  await page.reload();
  await openingOf(page);
  const { profile } = await session.send('Profiler.stop');
  await page.close();
  return profile;
}

const answerScript = (script: string): Response =>
  new Response(beginWith('globalThis.started = performance.now();', script), {
    headers: { 'content-type': 'text/javascript', 'cache-control': 'max-age=31536000, immutable' },
  });

const answerPage = (page: string): Response =>
  new Response(page, { headers: { 'content-type': 'text/html' } });

function pageOf(name: string, server: string, keys: string): string {
  const app = '<template><main><h1>The app</h1></main></template>';
  const gate =
    name === OURS
      ? `<license-gate server="${server}" product="/my-tool" public-keys='${keys}'>${app}</license-gate>`
      : `<div id="gate" data-server="${server}" data-key="${key}">${app}</div>`;
  return `<!doctype html><meta charset="utf-8"><title>My Tool</title>
    <script>${read('browser-spans.js')}</script>
    <script type="module" src="/script.js"></script>
    ${gate}`;
}
