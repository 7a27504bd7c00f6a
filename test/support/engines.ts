// The same few things done in every engine: a new browser profile whose tabs visit pages and run scripts.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { launch, type Page } from 'puppeteer-core';
import type { EngineName } from '../../tools/browsers.mjs';
import { findChromium } from '../../tools/find-chromium.mjs';
import { findFirefox } from '../../tools/find-firefox.mjs';
import { startWebKit } from '../../tools/webkit-driver.mjs';

export interface Tab {
  visit(url: string): Promise<void>;
  /** As the browser's button does it. */
  goBack(): Promise<void>;
  /** @param body of an async function without parameters; what it returns has to be JSON */
  run<T>(body: string): Promise<T>;
  /** Runs an expression again and again until it is true. */
  until(expression: string): Promise<void>;
  /** Ends the tab without a chance to say good-bye: a crash where the engine can be told to. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

export interface Profile {
  openTab(): Promise<Tab>;
  /** Ends the browser, and with it everything that it has kept. */
  close(): Promise<void>;
}

/** What a buyer has set in the browser, and where the page comes from. */
export interface Habits {
  /** Only private windows: they keep nothing once the browser is closed. */
  readonly isPrivate?: boolean;
  /** No site may keep anything. */
  readonly isBlocked?: boolean;
  /** A name for the server at a port of this machine; other than `localhost` it is no secure context. */
  readonly site?: { readonly host: string; readonly port: number };
}

const WAIT_LIMIT_MS = 15_000;

/** A new profile with one tab; both end together. */
export async function openTab(engine: EngineName, habits: Habits = {}): Promise<Tab> {
  const profile = await openProfile(engine, habits);
  return { ...(await profile.openTab()), close: profile.close };
}

export const openProfile = async (engine: EngineName, habits: Habits = {}): Promise<Profile> => {
  if (engine === 'webkit') return openWebKit(habits);
  return engine === 'firefox' ? openFirefox(habits) : openChromium(habits);
};

async function openChromium({ isPrivate, isBlocked, site }: Habits): Promise<Profile> {
  const { args, ...found } = await findChromium();
  const userDataDir = mkdtempSync(join(tmpdir(), 'license-gate-'));
  if (isBlocked) {
    mkdirSync(join(userDataDir, 'Default'));
    const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
    writeFileSync(join(userDataDir, 'Default', 'Preferences'), JSON.stringify(preferences));
  }
  const rules = site ? [`--host-resolver-rules=MAP ${site.host} 127.0.0.1`] : [];
  const browser = await launch({ ...found, args: [...(args ?? []), ...rules], userDataDir });
  const context = isPrivate ? await browser.createBrowserContext() : browser.defaultBrowserContext();
  return {
    async openTab() {
      const page = await context.newPage();
      return {
        ...drive(page),
        async kill() {
          const protocol = await page.createCDPSession();
          protocol.send('Page.crash').catch(() => {}); // nobody is left to answer
        },
      };
    },
    async close() {
      await browser.close();
      rmSync(userDataDir, { recursive: true, force: true });
    },
  };
}

/** `BEHAVIOR_REJECT` of Firefox's nsICookieService, which stands for everything that a site may keep. */
const REJECT = 2;

async function openFirefox({ isPrivate, isBlocked, site }: Habits): Promise<Profile> {
  const browser = await launch({
    ...findFirefox(),
    extraPrefsFirefox: {
      ...(isPrivate && { 'browser.privatebrowsing.autostart': true }),
      ...(isBlocked && { 'network.cookie.cookieBehavior': REJECT }),
      ...(site && { 'network.dns.localDomains': site.host }),
    },
  });
  return { openTab: async () => drive(await browser.newPage()), close: () => browser.close() };
}

const drive = (page: Page): Tab =>
  withUntil({
    visit: async (url) => void (await page.goto(url)),
    goBack: async () => void (await page.evaluate('setTimeout(() => history.back())')),
    run: (body) => page.evaluate(`(async () => { ${body} })()`) as Promise<never>,
    kill: () => page.close(),
    close: () => page.close(),
  });

type Method = 'GET' | 'POST' | 'DELETE';

/** One session has many windows, and speaks to one of them at a time. */
async function openWebKit({ isPrivate, isBlocked, site }: Habits): Promise<Profile> {
  const { command, close } = await startWebKit({
    args: [
      ...(isPrivate ? ['--private'] : []),
      ...(isBlocked ? ['--enable-html5-local-storage=false', '--enable-html5-database=false'] : []),
    ],
    // It takes no rules for names, but a proxy, which the server at that port is to itself.
    ...(site && {
      proxy: { proxyType: 'manual', httpProxy: `127.0.0.1:${site.port}`, noProxy: ['127.0.0.1'] },
    }),
  });
  let last: Promise<unknown> = Promise.resolve();
  let isFirst = true;

  function inWindow(handle: string, method: Method, path: string, body?: object): Promise<unknown> {
    const turn = last.then(async () => {
      await command('POST', '/window', { handle });
      return command(method, path, body);
    });
    last = turn.catch(() => {});
    return turn;
  }

  async function openWindow(): Promise<Tab> {
    const handle = isFirst
      ? ((await command('GET', '/window')) as string)
      : ((await command('POST', '/window/new', { type: 'tab' })) as { handle: string }).handle;
    isFirst = false;
    const closeWindow = async () => void (await inWindow(handle, 'DELETE', '/window'));
    return withUntil({
      visit: async (url) => void (await inWindow(handle, 'POST', '/url', { url })),
      goBack: async () => void (await inWindow(handle, 'POST', '/back', {})),
      async run(body) {
        const script = `const done = arguments[0];
          (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
        const answer = await inWindow(handle, 'POST', '/execute/async', { script, args: [] });
        const { value, error } = answer as { value: never; error?: string };
        if (error !== undefined) throw new Error(error);
        return value;
      },
      kill: closeWindow,
      close: closeWindow,
    });
  }

  return { openTab: openWindow, close };
}

const withUntil = (tab: Omit<Tab, 'until'>): Tab => ({
  ...tab,
  async until(expression) {
    const end = performance.now() + WAIT_LIMIT_MS;
    while (!(await tab.run<boolean>(`return Boolean(${expression})`).catch(() => false))) {
      if (performance.now() > end) throw new Error(`Never came true: ${expression}`);
      await pause(50);
    }
  },
});
