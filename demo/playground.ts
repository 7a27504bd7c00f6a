// The playground: every state of the gate in any language, layout and theme, and the HTML that a page would need
// for it. What is shown is the gallery's page in a frame.

import { STATES, STATE_NAMES, type StateName } from './states.ts';
import { THEMES, isTheme, ruleOf, type Theme } from './themes.ts';

const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt-BR', 'it', 'ja', 'zh-Hans', 'ar'];
const LAYOUTS = ['card', 'page', 'dialog'];
const SCHEMES = ['light', 'dark'];

interface Choice {
  readonly state: StateName;
  readonly lang: string;
  readonly layout: string;
  readonly theme: Theme;
  readonly scheme: string;
  readonly compact: boolean;
}

/** @param panel holds a form with one control for each choice, a frame, and a `code` */
export function wirePlayground(panel: HTMLElement): void {
  const form = panel.querySelector('form');
  const frame = panel.querySelector('iframe');
  const code = panel.querySelector('code');
  const copy = panel.querySelector<HTMLButtonElement>('button');
  if (!form || !frame || !code || !copy) throw new Error('index.html has no complete playground.');

  offer(form, 'state', STATE_NAMES, (name) => STATES[name as StateName].label);
  offer(form, 'lang', LANGUAGES, (tag) => new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag);
  offer(form, 'layout', LAYOUTS);
  offer(form, 'theme', Object.keys(THEMES));
  offer(form, 'scheme', SCHEMES);
  form.addEventListener('change', show);
  copy.addEventListener('click', () => void navigator.clipboard.writeText(code.textContent ?? ''));
  show();

  function show(): void {
    if (!form || !frame || !code) return;
    const choice = choiceOf(new FormData(form));
    frame.src = addressOf(choice);
    code.textContent = htmlFor(choice);
  }
}

function offer(
  form: HTMLFormElement,
  name: string,
  values: readonly string[],
  labelOf = (value: string): string => value,
): void {
  const select = form.querySelector<HTMLSelectElement>(`select[name="${name}"]`);
  select?.replaceChildren(...values.map((value) => new Option(labelOf(value), value)));
}

function choiceOf(data: FormData): Choice {
  const text = (name: string) => String(data.get(name));
  const theme = text('theme');
  return {
    state: text('state') as StateName, // the options are its names
    lang: text('lang'),
    layout: text('layout'),
    theme: isTheme(theme) ? theme : 'own',
    scheme: text('scheme'),
    compact: data.has('compact'),
  };
}

function addressOf({ state, lang, layout, theme, scheme, compact }: Choice): string {
  const search = new URLSearchParams({ show: `${state}.${scheme}`, lang, layout, theme });
  if (compact) search.set('compact', '');
  return `/demo/gallery.html?${search}`;
}

/** What is the default anyway is left out. */
function htmlFor({ lang, layout, theme, compact }: Choice): string {
  const attributes = [
    'server="https://licenses.example.com"',
    'product="/my-tool"',
    ...(lang === 'en' ? [] : [`lang="${lang}"`]),
    ...(layout === 'card' ? [] : [`layout="${layout}"`]),
    ...(compact ? ['compact'] : []),
  ];
  const rules = ['license-gate:not(:defined) { display: none }', ruleOf(theme)].filter((rule) => rule !== '');
  return [
    `<style>\n${rules.join('\n')}\n</style>`,
    '<script type="module" src="https://cdn.jsdelivr.net/npm/license-gate-kit"></script>',
    `<license-gate ${attributes.join(' ')}>`,
    '  <template><main>Your app</main></template>',
    '</license-gate>',
  ].join('\n');
}
