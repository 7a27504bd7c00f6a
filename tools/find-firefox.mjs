// Finds a Firefox to test in: FIREFOX_PATH, else an installed one.
import { existsSync } from 'node:fs';

const KNOWN = [
  '/usr/bin/firefox-esr',
  '/usr/bin/firefox',
  '/Applications/Firefox.app/Contents/MacOS/firefox',
  'C:\\Program Files\\Mozilla Firefox\\firefox.exe',
];

const findExecutable = () => [process.env.FIREFOX_PATH, ...KNOWN].find((path) => path && existsSync(path));

export const hasFirefox = () => findExecutable() !== undefined;

/** @returns what puppeteer takes as launch options */
export const findFirefox = () => ({ browser: 'firefox', executablePath: findExecutable(), headless: true });
