// How the browser tests run: which files, in which browsers, served how, and the plain tally at the end.
// BROWSERS names the browsers, separated by commas (browsers.mjs).
import { esbuildPlugin } from '@web/dev-server-esbuild';
import { defaultReporter } from '@web/test-runner';
import { chromeLauncher } from '@web/test-runner-chrome';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { browsersToTest } from './browsers.mjs';
import { findChromium } from './find-chromium.mjs';
import { findFirefox } from './find-firefox.mjs';
import { mediaPlugin } from './media-plugin.mjs';
import { tallyLine } from './tally.mjs';
import { webkitLauncher } from './webkit-launcher.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const LAUNCHERS = {
  chromium: async () => chromeLauncher({ launchOptions: await findChromium() }),
  // Puppeteer drives Firefox as well (WebDriver BiDi); two pages at once would share the focus.
  firefox: () => chromeLauncher({ puppeteer, launchOptions: findFirefox(), concurrency: 1 }),
  webkit: webkitLauncher,
};

export default {
  rootDir: ROOT,
  files: ['test/element/**/*.test.ts', 'test/{client,testing}/**/*.browser.test.ts'],
  nodeResolve: { exportConditions: ['browser', 'development'] },
  plugins: [esbuildPlugin({ ts: true, target: 'es2022', tsconfig: `${ROOT}tsconfig.json` }), mediaPlugin()],
  middleware: [serveMockServiceWorker],
  browsers: await Promise.all(browsersToTest().map((name) => LAUNCHERS[name]())),
  // One browser after the other: side by side on two cores, Firefox's database takes longer than the client waits.
  concurrentBrowsers: 1,
  // All test files of a browser share one origin's storage, so they take turns.
  concurrency: 1,
  browserStartTimeout: 60_000,
  testsStartTimeout: 60_000,
  testsFinishTimeout: 300_000,
  // Only ends what hangs: ten pages with all their modules take Firefox most of a minute on a slow machine.
  testFramework: { config: { timeout: 60_000 } },
  filterBrowserLogs: ({ args }) => !/Lit is in dev mode/.test(String(args[0])),
  reporters: [
    defaultReporter({ reportTestResults: true, reportTestProgress: process.stdout.isTTY }),
    { onTestRunFinished: ({ sessions }) => console.log(tallyLine('browsers', countSessions(sessions))) },
  ],
};

/** msw's worker has to come from the page's own origin; it is served from its package, not copied. */
function serveMockServiceWorker(context, next) {
  if (context.path === '/mockServiceWorker.js') context.url = '/node_modules/msw/lib/mockServiceWorker.js';
  return next();
}

function countSessions(sessions) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { testResults, testFile } of sessions) {
    const tests = testsOf(testResults);
    for (const { skipped, passed } of tests) counts[skipped ? 'skipped' : passed ? 'passed' : 'failed'] += 1;
    if (tests.length > 0) continue;
    console.log(`${testFile}: no test ran`);
    counts.failed += 1;
  }
  return counts;
}

const testsOf = (suite) => [...(suite?.tests ?? []), ...(suite?.suites ?? []).flatMap(testsOf)];
