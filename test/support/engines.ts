// The same few things done in every engine: a new browser profile with one tab, which visits pages and runs scripts.
import { launch } from 'puppeteer-core';
import type { EngineName } from '../../tools/browsers.mjs';
import { findChromium } from '../../tools/find-chromium.mjs';
import { findFirefox } from '../../tools/find-firefox.mjs';
import { startWebKit } from '../../tools/webkit-driver.mjs';

export interface Tab {
  visit(url: string): Promise<void>;
  /** @param body of an async function without parameters; what it returns has to be JSON */
  run<T>(body: string): Promise<T>;
  /** Runs an expression again and again until it is true. */
  until(expression: string): Promise<void>;
  close(): Promise<void>;
}

const WAIT_LIMIT_MS = 15_000;

export const openTab = async (engine: EngineName): Promise<Tab> =>
  engine === 'webkit' ? openInWebKit() : openWithPuppeteer(engine);

async function openWithPuppeteer(engine: 'chromium' | 'firefox'): Promise<Tab> {
  const browser = await launch(engine === 'firefox' ? findFirefox() : await findChromium());
  const page = await browser.newPage();
  return withUntil({
    visit: async (url) => void (await page.goto(url)),
    run: (body) => page.evaluate(`(async () => { ${body} })()`) as Promise<never>,
    close: () => browser.close(),
  });
}

async function openInWebKit(): Promise<Tab> {
  const { command, close } = await startWebKit();
  return withUntil({
    visit: async (url) => void (await command('POST', '/url', { url })),
    async run(body) {
      const script = `const done = arguments[0];
        (async () => { ${body} })().then((value) => done({ value }), (error) => done({ error: String(error) }));`;
      const { value, error } = (await command('POST', '/execute/async', { script, args: [] })) as {
        value: never;
        error?: string;
      };
      if (error !== undefined) throw new Error(error);
      return value;
    },
    close,
  });
}

const withUntil = (tab: Omit<Tab, 'until'>): Tab => ({
  ...tab,
  async until(expression) {
    const isSo = await tab.run<boolean>(`
      const end = performance.now() + ${WAIT_LIMIT_MS};
      while (!(${expression}) && performance.now() < end) await new Promise((next) => setTimeout(next, 20));
      return Boolean(${expression});`);
    if (!isSo) throw new Error(`Never came true: ${expression}`);
  },
});
