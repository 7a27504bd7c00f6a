// Pages can pin what a CDN serves: the hashes that come with the package are those of its files, and browsers hold to them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { after, before, describe, it, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'puppeteer-core';
import { build, type Rolldown } from 'vite';
import manifest from '../../package.json' with { type: 'json' };
import { openBrowser } from '../support/browser.ts';
import { serveFetch, type Served } from '../support/http.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CDN = `${ROOT}cdn/`;

const hashOf = (content: string | Buffer) =>
  `sha384-${createHash('sha384').update(content).digest('base64')}`;
const hashes = JSON.parse(readFileSync(`${CDN}integrity.json`, 'utf8')) as Record<string, string>;

test('the package names the hash of every script that a CDN serves', () => {
  const scripts = globSync('**/*.js', { cwd: CDN }).map((path) => path.replaceAll('\\', '/'));

  assert.deepEqual(
    hashes,
    Object.fromEntries(scripts.map((path) => [path, hashOf(readFileSync(`${CDN}${path}`))])),
  );
});

test('building the same sources again makes the same bytes', async () => {
  const [again] = (await build({
    root: ROOT,
    logLevel: 'silent',
    build: { write: false },
  })) as unknown as Rolldown.RolldownOutput[];

  assert.deepEqual(
    Object.fromEntries(
      again!.output
        .filter(({ fileName }) => fileName.endsWith('.js'))
        .map((file) => [file.fileName, hashOf(file.type === 'chunk' ? file.code : Buffer.from(file.source))]),
    ),
    hashes,
  );
});

test('the README pins the version that it is about', () => {
  const pinned = [...readFileSync(`${ROOT}README.md`, 'utf8').matchAll(/license-gate-kit@(\d[^/\s]*)/g)];

  assert.ok(pinned.length > 0);
  assert.deepEqual(new Set(pinned.map(([, version]) => version)), new Set([manifest.version]));
});

describe('a page that pins the one file', () => {
  let browser: Browser;
  let host: Served;
  before(async () => {
    browser = await openBrowser();
    host = await serveFetch((request) => {
      const { pathname, searchParams } = new URL(request.url);
      return pathname === '/license-gate.js'
        ? new Response(readFileSync(`${CDN}license-gate.js`), {
            headers: { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' },
          })
        : new Response(
            `<!doctype html><script type="module" crossorigin="anonymous" src="/license-gate.js"
              integrity="${searchParams.get('integrity')}"></script>`,
            { headers: { 'content-type': 'text/html' } },
          );
    });
  });
  after(async () => {
    await browser.close();
    await host.close();
  });

  const hasGate = async (integrity: string) => {
    const page = await browser.newPage();
    await page.goto(`${host.url}/?integrity=${encodeURIComponent(integrity)}`, { waitUntil: 'load' });
    const isThere = await page.evaluate(() => customElements.get('license-gate') !== undefined);
    await page.close();
    return isThere;
  };

  it('has the gate', async () => {
    assert.equal(await hasGate(hashes['license-gate.js']!), true);
  });

  it('has no gate where the file is another one', async () => {
    assert.equal(await hasGate(hashOf('something else')), false);
  });
});
