// Many tabs of one browser, which are one device: they ask once, hear of each other, take over from a tab that is
// gone; and a tab that comes back whole from the browser's cache asks before it shows anything.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { browsersToTest } from '../../tools/browsers.mjs';
import { openProfile, type Profile } from '../support/engines.ts';
import { serveGatePage, visitorIn, type Scene, type Visitor } from '../support/gate-page.ts';
import { serveFetch, type Served } from '../support/http.ts';
import { openShop, type Seller } from '../support/license-server.ts';

const { team } = PURCHASES;
const DAY_MS = 86_400_000;
/** Within this time ten tabs are told something, also by a slow machine. */
const TELLING_MS = 4000;

const inAll = <T>(tabs: readonly Visitor[], body: string) => Promise.all(tabs.map(({ run }) => run<T>(body)));
const untilAll = (tabs: readonly Visitor[], expression: string) =>
  Promise.all(tabs.map(({ until }) => until(expression)));

/**
 * Puts all clocks on by a day at one moment, as they are one machine's: a tab that is told later than the others would
 * see a clock turned back in what they have stored, and would have to ask.
 */
async function passDay(tabs: readonly Visitor[], server: Watched): Promise<void> {
  server.later += DAY_MS;
  const moment = Date.now() + TELLING_MS;
  await inAll(
    tabs,
    `const before = Date.now; Date.now = () => before() + (now() < ${moment} ? 0 : ${DAY_MS});`,
  );
  const left = moment - Date.now();
  assert.ok(left > 0, 'too slow to tell all tabs in time');
  await pause(left);
}

for (const engine of browsersToTest())
  describe(`tabs in ${engine}`, () => {
    let app: Served;
    let profile: Profile;
    let seller: Seller;
    let watched: Watched | undefined;
    const visitors: Visitor[] = [];

    before(async () => {
      app = await serveGatePage();
      profile = await openProfile(engine);
    });
    after(async () => {
      await profile.close();
      await app.close();
    });
    beforeEach(async () => {
      seller = await openShop([app.url]);
    });
    afterEach(async () => {
      await watched?.close();
      await seller.close();
    });

    async function openTabs(count: number, scene: Omit<Scene, 'server'> = {}, server = seller.url) {
      while (visitors.length < count) visitors.push(visitorIn(await profile.openTab(), app.url));
      const opened = visitors.slice(0, count);
      await Promise.all(opened.map((visitor) => visitor.visit({ server, ...scene })));
      return opened as [Visitor, Visitor, ...Visitor[]]; // never asked for fewer
    }

    it('are one device where ten start at once, and ask once when their day is over', async () => {
      const server = (watched = await serveWatched());
      const tabs = await openTabs(10, {}, server.url);

      await inAll(tabs, `void gate.activate('${team.key}');`);
      await untilAll(tabs, `document.querySelector('main') && gate.activity === 'idle'`);
      assert.equal(new Set(server.asked).size, 1);

      server.asked.length = 0;
      await passDay(tabs, server);
      await inAll(tabs, `window.dispatchEvent(new Event('online'));`);
      await untilAll(tabs, `gate.activity === 'idle' && gate.access === 'unlocked'`);
      await pause(500); // for whoever would ask late
      assert.equal(server.asked.length, 1);
    });

    it('open with an activation in one of them, and shut with a deactivation in another', async () => {
      const [one, other] = await openTabs(2);

      await one.unlock(team.key);
      await other.until(`document.querySelector('main')`);
      await other.run('await gate.deactivate();');
      await one.until(`gate.access === 'locked' && !document.querySelector('main')`);
    });

    it('take the turn over from one that is gone in the middle of its request', async () => {
      const server = (watched = await serveWatched());
      server.isSilent = true;
      const [waiting] = await openTabs(1, {}, server.url);
      const gone = visitorIn(await profile.openTab(), app.url);
      await gone.visit({ server: server.url });
      await gone.run(`void gate.activate('${team.key}');`);
      await gone.until('(await navigator.locks.query()).held.length === 1');
      await waiting.run(`void gate.activate('${team.key}');`);
      await waiting.until('(await navigator.locks.query()).pending.length === 1');
      const holder = await waiting.run<string>('return (await navigator.locks.query()).held[0].clientId;');

      await gone.tab.kill();

      // Whoever only loses patience works on without a turn.
      await waiting.until(
        `await navigator.locks.query().then(({ held: [one] }) => one && one.clientId !== '${holder}')`,
      );
      while (server.asked.length < 2) await pause(20);
      assert.equal(await waiting.run('return gate.activity;'), 'activating');
    });

    it('come back whole after eight days, and ask before they show the app', async () => {
      const [tab] = await openTabs(1, { laterWhenBack: 8 * DAY_MS });
      await tab.unlock(team.key);
      await tab.tab.visit(`${app.url}/elsewhere`);

      await tab.tab.goBack();

      await tab.until('window.accessesWhenBack?.length >= 2');
      assert.deepEqual(await tab.run('return window.accessesWhenBack;'), ['unknown', 'unlocked with app']);
    });
  });

type Watched = Awaited<ReturnType<typeof serveWatched>>;

/** A license server whose clock can be put on, which can fall silent, and which writes down who has asked. */
async function serveWatched() {
  const asked: string[] = [];
  const server = { asked, later: 0, isSilent: false };
  const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type' };
  const served = await serveFetch(async (request) => {
    if (request.method === 'OPTIONS') return new Response('', { headers });
    const { deviceId } = (await request.json()) as { deviceId: string };
    asked.push(deviceId);
    if (server.isSilent) await new Promise(() => {});
    const serverTime = new Date(Date.now() + server.later).toISOString();
    return Response.json({ activated: true, licenseName: 'Team License', serverTime }, { headers });
  });
  return Object.assign(server, served);
}
