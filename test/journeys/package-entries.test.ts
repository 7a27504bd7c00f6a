// The built package's entries: each is there, has types and can be imported where there is no page, and a page may
// load them more often than once.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { after, before, describe, it, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser } from 'puppeteer-core';
import manifest from '../../package.json' with { type: 'json' };
import { openBrowser } from '../support/browser.ts';
import { serveFetch, type Served } from '../support/http.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = new URL('../../cdn/license-gate.js', import.meta.url);

interface Entry {
  readonly name: string;
  readonly files: readonly string[];
  readonly types: string | undefined;
}

const entries: Entry[] = Object.entries(manifest.exports).map(([path, target]) => ({
  name: `${manifest.name}${path.slice(1)}`,
  files: typeof target === 'string' ? [target] : Object.values(target),
  types: typeof target === 'string' ? undefined : target.types,
}));
const modules = entries.filter(({ name }) => !name.endsWith('.json'));
/** Types for frameworks: there is nothing to run in them. */
const isTypesOnly = ({ types }: Entry) => types?.startsWith('./dist/types/');

test('every file that an entry names is there', () => {
  const missing = entries.flatMap(({ files }) => files.filter((file) => !existsSync(`${ROOT}${file}`)));

  assert.deepEqual(missing, []);
});

test('every module has types', () => {
  assert.ok(modules.length >= 9);
  assert.deepEqual(
    modules.filter(({ types }) => !types?.endsWith('.d.ts')),
    [],
  );
});

for (const entry of modules)
  test(`${entry.name} can be imported in Node, and prints nothing`, async () => {
    const wanted = isTypesOnly(entry) ? 'names.length === 0' : 'names.length > 0';
    const script = `const names = Object.keys(await import('${entry.name}')); if (!(${wanted})) throw new Error(names)`;

    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', script],
      { cwd: ROOT },
    );

    assert.equal(stdout + stderr, '');
  });

describe('a page that loads the bundle', () => {
  let browser: Browser;
  let host: Served;

  before(async () => {
    browser = await openBrowser();
    host = await serveFetch((request) => {
      const { pathname, searchParams } = new URL(request.url);
      return pathname === '/license-gate.js'
        ? new Response(readFileSync(BUNDLE), { headers: { 'content-type': 'text/javascript' } })
        : new Response(pageThatRuns(searchParams.get('script') ?? ''), {
            headers: { 'content-type': 'text/html' },
          });
    });
  });
  after(async () => {
    await browser.close();
    await host.close();
  });

  /** Names what the tags are registered with after the script: a class of the bundle, the page's own, or nothing. */
  const tagsAfter = async (script: string) => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`${host.url}/?script=${encodeURIComponent(script)}`);
    await page.waitForFunction(() => document.body.dataset['done']);

    const tags = await page.evaluate(() =>
      ['license-gate', 'license-feature'].map((tag) => {
        const found = customElements.get(tag);
        return found ? (found === (globalThis as { Own?: unknown }).Own ? 'own' : 'bundle') : 'none';
      }),
    );
    const access = await page.evaluate(async () => {
      const gate = document.querySelector('license-gate')!;
      return (await gate.ready)?.access;
    });
    await page.close();
    return { errors, tags, access };
  };

  it('twice has one gate, which works', async () => {
    const found = await tagsAfter(
      `await import('/license-gate.js'); await import('/license-gate.js?copy=2')`,
    );

    assert.deepEqual(found, { errors: [], tags: ['bundle', 'bundle'], access: 'locked' });
  });

  it('keeps a feature tag of its own', async () => {
    const found = await tagsAfter(
      `customElements.define('license-feature', Own); await import('/license-gate.js')`,
    );

    assert.deepEqual(found, { errors: [], tags: ['bundle', 'own'], access: 'locked' });
  });

  it('keeps a gate tag of its own, and gets no feature tag that would not know it', async () => {
    const found = await tagsAfter(
      `customElements.define('license-gate', Own); await import('/license-gate.js')`,
    );

    assert.deepEqual(found, { errors: [], tags: ['own', 'none'], access: undefined });
  });
});

const pageThatRuns = (script: string) => `<!doctype html><meta charset="utf-8"><title>My Tool</title>
<body><license-gate server="https://licenses.example.com" product="/my-tool"></license-gate>
<script>globalThis.Own = class extends HTMLElement {}</script>
<script type="module">try { ${script} } finally { document.body.dataset.done = 'yes' }</script>`;
