// What happens between a page and its license server, as real browsers report it: refused by CORS, redirected,
// stalled. Each has its name, and none of it shuts an open gate or calls a key wrong.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { openTab, type Tab } from '../support/engines.ts';
import { serveGatePage, visitorIn, type Visitor } from '../support/gate-page.ts';
import { serveFetch, type Served } from '../support/http.ts';

const { key } = PURCHASES.standard;

const confirm = (headers: HeadersInit) =>
  Response.json(
    { activated: true, licenseName: 'Standard License', devicesUsed: 1, maxDevices: 1 },
    { headers },
  );
const allow = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '0',
});

type Manners = (request: Request) => Response;

const good: Manners = () => confirm(allow('*'));

interface Fault {
  readonly code: string;
  readonly codeInWebKit?: string;
  readonly answer: Manners;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'sends no CORS headers': { code: 'network_error', answer: () => confirm({}) },
  'allows another origin': { code: 'network_error', answer: () => confirm(allow('https://app.example.com')) },
  'refuses the preflight': {
    code: 'network_error',
    answer: ({ method }) => (method === 'OPTIONS' ? new Response('', { status: 403 }) : confirm(allow('*'))),
  },
  'answers the preflight with an error page': {
    code: 'network_error',
    answer: ({ method }) =>
      method === 'OPTIONS' ? new Response('', { status: 502, headers: allow('*') }) : confirm(allow('*')),
  },
  'redirects to a server that would confirm': {
    code: 'network_error',
    answer: ({ method, url }) =>
      method === 'OPTIONS' || url.includes('moved')
        ? confirm(allow('*'))
        : new Response('', { status: 307, headers: { location: '/moved/activate', ...allow('*') } }),
  },
  'is a captive portal': {
    code: 'bad_response',
    answer: () => new Response('<h1>Hotel</h1>', { headers: { 'content-type': 'text/html', ...allow('*') } }),
  },
  'stops in the middle of its answer': {
    code: 'timeout',
    answer: ({ method }) =>
      method === 'OPTIONS' ? confirm(allow('*')) : new Response(halfAnAnswer(), { headers: allow('*') }),
  },
  'breaks off in the middle of its answer': {
    code: 'network_error',
    // WebKitGTK takes what has come for the whole answer.
    codeInWebKit: 'bad_response',
    answer: ({ method }) =>
      method === 'OPTIONS' ? confirm(allow('*')) : new Response(halfAnAnswer(true), { headers: allow('*') }),
  },
};

/** Half of a confirmation; what comes then is nothing, or the end of the connection. */
const halfAnAnswer = (isBroken = false) =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"activated":true,'));
      if (isBroken) setTimeout(() => controller.error(new Error('cut')), 50);
    },
  });

for (const engine of browsersToTest())
  describe(`a license server that a page in ${engine} asks`, () => {
    let app: Served;
    let server: Served;
    let manners: Manners = good;
    let tab: Tab;
    let buyer: Visitor;

    before(async () => {
      app = await serveGatePage();
      server = await serveFetch((request) => manners(request));
      tab = await openTab(engine);
      buyer = visitorIn(tab, app.url);
    });
    afterEach(() => {
      manners = good;
    });
    after(async () => {
      await tab.close();
      await server.close();
      await app.close();
    });

    /** The ten seconds that an answer may take pass in half a second. */
    const hurry = () =>
      buyer.run(`
        const { timeout } = AbortSignal;
        AbortSignal.timeout = (ms) => timeout.call(AbortSignal, ms === 10_000 ? 500 : ms);`);

    for (const [index, [what, { answer, ...fault }]] of Object.entries(FAULTS).entries())
      it(`and that ${what} shuts no open gate, and calls no key wrong`, async () => {
        const code = (engine === 'webkit' && fault.codeInWebKit) || fault.code;
        await buyer.visit({ server: `${server.url}/open-${index}` });
        await buyer.unlock(key);
        manners = answer;
        await hurry();

        const checked = await buyer.run<{ ok: boolean; code: string }>('return gate.check();');
        assert.equal(checked.code, code);
        const { access, reason, hasApp } = await buyer.state();
        assert.deepEqual([access, reason, hasApp], ['grace', code, true]);

        await buyer.visit({ server: `${server.url}/first-${index}` });
        await hurry();
        const first = await buyer.run<{ ok: boolean; code: string }>(`return gate.activate('${key}');`);
        assert.equal(first.code, code);
        assert.doesNotMatch(await buyer.text(), /Invalid license key/);
        manners = good;
        await buyer.unlock(key);
      });
  });
