// The gate speaks the page's language: which words it takes, and that no language lacks a sentence or breaks the card.
import { expect } from '@open-wc/testing';
import type { LicenseGate } from '../../src/element/index.ts';
import { LOCALE_NAMES, loadLocale } from '../../src/element/locales.ts';
import { ENGLISH, type Strings } from '../../src/element/text.ts';
import { langOf, localeFor } from '../../src/element/words.ts';
import { STATE_NAMES, showState } from '../../demo/states.ts';
import {
  gateFor,
  openGateFor,
  part,
  seatsFull,
  settled,
  shown,
  startServer,
  submit,
  KEY,
  until,
} from './support.ts';

const placesOf = (sentence: string) => (sentence.match(/\{\w+\}/g) ?? []).toSorted();
/** Where a German or an Arab needs more room than an Englishman, it is never more than this. */
const LONGEST = (english: string) => Math.max(english.length * 1.6, english.length + 24);

/** @returns the way to end it */
function spyOn(object: object, name: string, onCall: (first: unknown) => void): () => void {
  const before = Object.getOwnPropertyDescriptor(object, name) as PropertyDescriptor & {
    value: () => object;
  };
  function spy(this: unknown, ...given: unknown[]): unknown {
    onCall(given[0]);
    return Reflect.apply(before.value, this, given);
  }
  Object.defineProperty(object, name, { ...before, value: spy });
  return () => Object.defineProperty(object, name, before);
}

describe('words', () => {
  for (const [tag, locale] of [
    ['de', 'de'],
    ['de-AT', 'de'],
    ['pt', 'pt-BR'],
    ['pt-PT', 'pt-BR'],
    ['zh', 'zh-Hans'],
    ['zh-CN', 'zh-Hans'],
    ['zh-TW', undefined],
    ['zh-Hant', undefined],
    ['zh-HK', undefined],
    ['zh-Hans-HK', 'zh-Hans'],
    ['cmn-TW', undefined],
    ['pt-MO', 'pt-BR'],
    ['DE', 'de'],
    ['nl', undefined],
    ['en-GB', undefined],
    ['not_a tag', undefined],
    ['', undefined],
  ] as const)
    it(`takes ${locale ?? 'English'} for lang="${tag}"`, () => {
      expect(localeFor(tag)).to.equal(locale);
    });

  for (const name of LOCALE_NAMES)
    it(`has every sentence in ${name}, with its places and not too long`, async () => {
      const { default: words } = await loadLocale(name);

      expect(Object.keys(words).toSorted()).to.deep.equal(Object.keys(ENGLISH).toSorted());
      for (const [key, english] of Object.entries(ENGLISH) as [keyof Strings, string][]) {
        expect(placesOf(words[key]), key).to.deep.equal(placesOf(english));
        expect(words[key].trim(), key).to.not.equal('');
        expect(words[key].length, `${key}: ${words[key]}`).to.be.at.most(LONGEST(english));
      }
    });

  it('are found through shadow roots, up to the document', () => {
    const host = document.createElement('div');
    host.lang = 'fr';
    const inside = document.createElement('p');
    host.attachShadow({ mode: 'open' }).append(inside);

    expect(langOf(inside)).to.equal('fr');
  });

  it('are those of the element, and follow it when it changes', async () => {
    const gate = await gateFor(await startServer(), { lang: 'de' });
    await until(() => shown(gate).includes('Lizenzschlüssel eingeben'));

    gate.lang = 'es';
    await until(() => shown(gate).includes('Introduce tu clave'));

    gate.lang = 'nl';
    await until(() => shown(gate).includes('Enter your license key'));
  });

  it('follow the language of the page', async () => {
    document.documentElement.lang = 'it';
    const gate = await gateFor(await startServer());
    await until(() => shown(gate).includes('Inserisci la chiave'));

    document.documentElement.lang = 'en';
    await until(() => shown(gate).includes('Enter your license key'));
  });

  it('never show English first where they are in another language', async () => {
    const gate = document.createElement('license-gate');
    gate.lang = 'ja';
    gate.server = (await startServer()).url;
    const seen: string[] = [];
    new MutationObserver(() => seen.push(shown(gate))).observe(gate.shadowRoot!, {
      childList: true,
      subtree: true,
    });
    document.body.append(gate);
    await until(() => shown(gate).includes('ライセンスキー'));

    expect(seen.join()).to.not.contain('license');
    gate.remove();
  });

  it('do not keep a licensed buyer waiting: the app is there before them', async () => {
    const server = await startServer();
    await openGateFor(server);

    const gate = document.createElement('license-gate');
    gate.lang = 'zh';
    gate.server = server.url;
    gate.innerHTML = '<template><main>The app</main></template>';
    document.body.append(gate);
    await gate.ready;
    await gate.updateComplete;

    expect(gate.querySelector('main')?.checkVisibility()).to.equal(true);
    gate.remove();
  });

  for (const lang of ['en', 'en-GB', 'de-AT', 'zh'])
    it(`need none of the browser's tables of languages around an open app in ${lang}`, async () => {
      const used: string[] = [];
      const stop = [
        spyOn(Intl.Locale.prototype, 'maximize', () => used.push('scripts')),
        spyOn(Number.prototype, 'toLocaleString', () => used.push('digits')),
      ];

      const gate = await openGateFor(await startServer(), { lang });
      await until(() => shown(gate).includes('Team License'));
      await settled(gate);

      for (const end of stop) end();
      expect(shown(gate)).to.match(/1\D+5/);
      expect(used).to.deep.equal([]);
    });

  it('of the page win, one by one', async () => {
    const gate = await gateFor(await startServer(), { lang: 'de' });
    gate.strings = { activate: 'Los!' };
    await until(() => shown(gate).includes('Los!'));

    expect(shown(gate)).to.contain('Lizenzschlüssel eingeben');
  });

  it('count and date in the language of the words', async () => {
    const server = await startServer();
    const gate = await gateFor(server, { lang: 'de' });
    server.reply = seatsFull;
    await submit(gate, KEY, 'Aktivieren');
    await settled(gate);

    expect(shown(gate)).to.contain('zuletzt aktiv: vor 12 Tagen');
  });

  it('in Arabic run from right to left, the key from left to right', async () => {
    const gate = await gateFor(await startServer(), { lang: 'ar' });
    await until(() => shown(gate).includes('مفتاح'));

    expect(getComputedStyle(part(gate, 'card')).direction).to.equal('rtl');
    expect(getComputedStyle(part(gate, 'input')).direction).to.equal('ltr');
  });
});

describe('in a card of 320 px', () => {
  for (const lang of ['en', ...LOCALE_NAMES])
    it(`no state needs to be scrolled sideways in ${lang}`, async () => {
      const frame = document.createElement('div');
      frame.style.cssText = 'inline-size: 320px; overflow: auto';
      document.body.append(frame);
      for (const state of STATE_NAMES.filter((name) => !['slow', 'waiting'].includes(name))) {
        const gate: LicenseGate = document.createElement('license-gate');
        gate.lang = lang;
        await showState(state, gate, frame);
        await until(() => gate.shadowRoot!.querySelector('h2, aside') !== null);

        expect(frame.scrollWidth, state).to.be.at.most(320);
        for (const element of gate.shadowRoot!.querySelectorAll<HTMLElement>('button, label, h2'))
          expect(element.scrollWidth, `${state}: ${element.textContent}`).to.be.at.most(
            element.clientWidth + 1,
          );
        gate.remove();
      }
      frame.remove();
    });
});
