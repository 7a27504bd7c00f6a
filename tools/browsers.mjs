// Which browsers the tests run in: those that BROWSERS names, else on a CI machine all three engines, else those that
// are installed. Chromium needs no installation (find-chromium.mjs).
import { hasFirefox } from './find-firefox.mjs';
import { hasWebKit } from './webkit-driver.mjs';

/** Each engine with its Debian packages, for whoever lacks it. */
const ENGINES = {
  chromium: { isHere: () => true, packages: 'chromium' },
  firefox: { isHere: hasFirefox, packages: 'firefox-esr' },
  webkit: { isHere: hasWebKit, packages: 'webkit2gtk-driver xvfb' },
};
const ALL = Object.keys(ENGINES);

/** @returns names of engines; throws where one of them is not installed */
export function browsersToTest() {
  const wanted = wantedEngines();
  const unknown = wanted.filter((name) => !ALL.includes(name));
  if (unknown.length > 0) throw new Error(`BROWSERS names ${unknown}; known are ${ALL}.`);
  const missing = wanted.filter((name) => !ENGINES[name].isHere());
  if (missing.length > 0) throw new Error(`Not installed: ${missing}. ${howToGet(missing)}`);
  return wanted;
}

function wantedEngines() {
  if (process.env.BROWSERS) return process.env.BROWSERS.split(',');
  return process.env.CI ? ALL : ALL.filter((name) => ENGINES[name].isHere());
}

/** What to say loudly where an engine was left out; empty where none was. */
export function untestedEngines() {
  const left = ALL.filter((name) => !wantedEngines().includes(name));
  return left.length > 0 ? `NOT TESTED in ${left.join(' and ')}. ${howToGet(left)}` : '';
}

const howToGet = (names) =>
  `On Debian: apt-get install ${names.map((name) => ENGINES[name].packages).join(' ')}`;
