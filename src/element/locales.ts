// The built-in languages besides English, each loaded when a page first needs it. The one-file bundle finds them
// beside itself instead: see vite.config.ts.

import type { Strings } from './text.ts';

const LOCALES = {
  ar: () => import('./locales/ar.ts'),
  de: () => import('./locales/de.ts'),
  es: () => import('./locales/es.ts'),
  fr: () => import('./locales/fr.ts'),
  it: () => import('./locales/it.ts'),
  ja: () => import('./locales/ja.ts'),
  'pt-BR': () => import('./locales/pt-BR.ts'),
  'zh-Hans': () => import('./locales/zh-Hans.ts'),
} satisfies Record<string, () => Promise<{ readonly default: Strings }>>;

export type Locale = keyof typeof LOCALES;

export const LOCALE_NAMES = Object.keys(LOCALES) as readonly Locale[]; // the keys above

export const loadLocale = (name: Locale): Promise<{ readonly default: Strings }> => LOCALES[name]();
