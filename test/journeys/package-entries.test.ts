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
import type { LicenseFeature, LicenseGate } from '../../src/element/index.ts';
import { buildApp } from '../support/app-build.ts';
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

test('an app that has given the classes names of its own can import the tags as well', async () => {
  const files = await buildApp(`
    import { LicenseFeature, LicenseGate } from 'license-gate-kit/element';
    customElements.define('my-gate', LicenseGate);
    customElements.define('my-feature', LicenseFeature);
    await import('license-gate-kit');
    document.body.dataset.done = 'yes';`);
  const host = await serveFetch((request) => {
    const code = files.get(new URL(request.url).pathname);
    const type = { headers: { 'content-type': code ? 'text/javascript' : 'text/html' } };
    return new Response(
      code ??
        `<!doctype html><body>${tagsOf('my')}${tagsOf('license')}<script type="module" src="/app.js"></script>`,
      type,
    );
  });
  const browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(host.url);
  await page.waitForFunction(() => document.body.dataset['done']);

  const found = await page.evaluate(async () => {
    const gates = [...document.querySelectorAll<LicenseGate>('my-gate, license-gate')];
    const features = [...document.querySelectorAll<LicenseFeature>('my-feature, license-feature')];
    await Promise.all(gates.map((one) => one.ready));
    return {
      access: gates.map(({ access }) => access),
      knowTheirGate: features.map((feature) => feature.gate === feature.parentNode),
    };
  });
  await browser.close();
  await host.close();

  assert.deepEqual(found, { access: ['locked', 'locked'], knowTheirGate: [true, true] });
});

const tagsOf = (name: string) =>
  `<${name}-gate server="https://licenses.example.com"><${name}-feature></${name}-feature></${name}-gate>`;

const pageThatRuns = (script: string) => `<!doctype html><meta charset="utf-8"><title>My Tool</title>
<body><license-gate server="https://licenses.example.com" product="/my-tool"></license-gate>
<script>globalThis.Own = class extends HTMLElement {}</script>
<script type="module">try { ${script} } finally { document.body.dataset.done = 'yes' }</script>`;
