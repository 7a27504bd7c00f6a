// Which words the gate uses: the built-in ones in the page's language, as far as there are any, else English;
// and the host's own before all others.

import { LOCALE_NAMES, loadLocale, type Locale } from './locales.ts';
import { ancestors } from './settings-element.ts';
import { ENGLISH, type Strings } from './text.ts';

export interface Words {
  readonly text: Strings;
  /** For dates, numbers and screen readers: the page's own tag, e.g. `de-AT`, where the words are German. */
  readonly lang: string;
  /** `undefined`: as the page around is written. */
  readonly dir: 'ltr' | 'rtl' | undefined;
}

/** After that the words are English, rather than none. */
const LOAD_LIMIT_MS = 3000;

/** The `lang` that holds for an element, looked up through shadow roots as well. */
export function langOf(element: Node): string {
  for (const { lang } of ancestors(element) as Iterable<Partial<HTMLElement>>) if (lang) return lang;
  return 'en';
}

/** Traditional Chinese is not served with simplified characters. */
export function localeFor(tag: string): Locale | undefined {
  const { language, script, region } = readTag(tag);
  const isTraditional = language === 'zh' && /Hant|TW|HK|MO/.test(script ?? region ?? '');
  return isTraditional ? undefined : LOCALE_NAMES.find((name) => name.slice(0, 2) === language);
}

function readTag(tag: string): Partial<Intl.Locale> {
  try {
    return new Intl.Locale(tag); // its `maximize` would know the script, and take longer than a gate to open
  } catch {
    return {}; // not a language tag
  }
}

/** Words, or the wait for them. */
const loaded = new Map<Locale, Strings | Promise<unknown>>();

/**
 * @param own the host's words
 * @param onLoaded called when words that are not there yet have come
 * @returns `undefined` while the words are on their way; where they do not come they are English
 */
export function wordsFor(
  tag: string,
  own: Partial<Strings> | undefined,
  onLoaded: () => void,
): Words | undefined {
  const locale = localeFor(tag);
  const text = locale ? (loaded.get(locale) ?? load(locale)) : ENGLISH;
  if (text instanceof Promise) {
    void text.then(onLoaded);
    return undefined;
  }
  const isOurs = locale && text !== ENGLISH;
  const { language } = readTag(tag);
  return {
    text: { ...text, ...own },
    // Dates go with the words; the host's own words are taken to be in the page's language.
    lang: language && (isOurs || own || language === 'en') ? tag : 'en',
    dir: own && !isOurs ? undefined : isOurs && locale === 'ar' ? 'rtl' : 'ltr',
  };
}

function load(locale: Locale): Promise<unknown> {
  const tooLate = new Promise<never>((_resolve, reject) => setTimeout(reject, LOAD_LIMIT_MS));
  const loading = Promise.race([loadLocale(locale), tooLate]).then(
    (module) => loaded.set(locale, module.default),
    () => loaded.set(locale, ENGLISH),
  );
  loaded.set(locale, loading);
  return loading;
}
