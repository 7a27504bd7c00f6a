// One page for screenshots: the states that its address names, each in the color scheme that it names, as
// `?show=first.light,seats.dark&lang=ar&layout=page&theme=paper&compact`.

import { STATES, showState, type StateName } from './states.ts';
import { isTheme, ruleOf } from './themes.ts';
import '../src/index.ts';

const APP = '<template><main><h1>Your app</h1><p>Open, also without a network.</p><i></i></main></template>';

const { searchParams } = new URL(location.href);
const figures = (searchParams.get('show') ?? 'first.light').split(',');
const lang = searchParams.get('lang') ?? 'en';
document.documentElement.lang = lang;
document.documentElement.dir = lang === 'ar' ? 'rtl' : 'ltr';
const theme = searchParams.get('theme') ?? 'own';
if (isTheme(theme)) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(ruleOf(theme));
  document.adoptedStyleSheets.push(sheet);
}
if (figures.length > 1) document.body.className = 'pair';

for (const figure of figures) {
  const [name = '', scheme = 'light'] = figure.split('.');
  if (!Object.hasOwn(STATES, name)) throw new Error(`There is no state ${name}.`);
  const frame = document.createElement('figure');
  frame.className = scheme;
  document.body.append(frame);
  const gate = document.createElement('license-gate');
  for (const attribute of ['layout', 'compact'])
    if (searchParams.has(attribute)) gate.setAttribute(attribute, searchParams.get(attribute) ?? '');
  gate.innerHTML = APP;
  await showState(name as StateName, gate, frame);
}
document.documentElement.dataset.ready = '';
