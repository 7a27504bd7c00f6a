// How the gate bears what a buyer has set: less motion, a window zoomed to 400 %, forced colors, a password manager.
import { expect } from '@open-wc/testing';
import { executeServerCommand, resetMouse, sendMouse, setViewport } from '@web/test-runner-commands';
import { STATE_NAMES, showState, type StateName } from '../../demo/states.ts';
import '../../src/index.ts';
import type { LicenseGate } from '../../src/element/index.ts';
import { KEY, button, gateFor, part, startServer, until } from './support.ts';

/** The only engine whose media features and window a test can set. */
const isChromium = navigator.userAgent.includes('Chrome');

/** `slow` and `waiting` look like their neighbors, and take seconds. */
const QUICK = STATE_NAMES.filter((name) => !['slow', 'waiting'].includes(name));

async function show(
  name: StateName,
  attributes: Readonly<Record<string, string>> = {},
): Promise<LicenseGate> {
  const gate = document.createElement('license-gate');
  for (const [attribute, value] of Object.entries(attributes)) gate.setAttribute(attribute, value);
  gate.innerHTML = '<template><main><h1>The app</h1></main></template>';
  await showState(name, gate, document.body);
  return gate;
}

describe('a password manager', () => {
  it('is not asked to keep the key, and may paste it', async () => {
    const gate = await gateFor(await startServer());
    const field = part<HTMLInputElement>(gate, 'input');

    expect(field.type).to.equal('text');
    expect(field.autocomplete).to.equal('off');
    for (const name of ['1p-ignore', 'bwignore', 'lpignore', 'form-type', 'protonpass-ignore'])
      expect(field.hasAttribute(`data-${name}`), name).to.equal(true);
    // Its own filling comes as a change of the value, whatever the type of the event.
    field.value = ` ${KEY.toUpperCase()} `;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    button(gate, 'Activate').click();
    await until(() => gate.open);
    gate.remove();
  });
});

if (isChromium) {
  describe('with less motion', () => {
    before(() => executeServerCommand('emulate:media', { 'prefers-reduced-motion': 'reduce' }));
    after(() => executeServerCommand('emulate:media', { 'prefers-reduced-motion': 'no-preference' }));

    it('nothing moves or fades, in any state or layout', async () => {
      for (const layout of ['card', 'dialog'])
        for (const name of layout === 'card' ? STATE_NAMES : QUICK) {
          const gate = await show(name, { layout });
          expect(gate.shadowRoot!.getAnimations(), name).to.have.length(0);
          for (const control of gate.shadowRoot!.querySelectorAll('button, input'))
            expect(getComputedStyle(control).transitionDuration, name).to.equal('0s');
          gate.remove();
        }
    }).timeout(30_000);
  });

  describe('in forced colors', () => {
    before(() => executeServerCommand('emulate:media', { 'forced-colors': 'active' }));
    after(() => executeServerCommand('emulate:media', { 'forced-colors': 'none' }));
    afterEach(() => resetMouse());

    it('a button can be read while the pointer is over it', async () => {
      const gate = await show('first');
      const activate = button(gate, 'Activate');
      const { x, y, width, height } = activate.getBoundingClientRect();

      await sendMouse({
        type: 'move',
        position: [Math.round(x + width / 2), Math.round(y + height / 2)],
      });
      await until(() => activate.matches(':hover'));
      await Promise.all(activate.getAnimations().map(({ finished }) => finished));

      const { color, backgroundColor } = getComputedStyle(activate);
      expect(color).not.to.equal(backgroundColor);
      gate.remove();
    });
  });

  describe('zoomed to 400 %', () => {
    const before400 = { width: innerWidth, height: innerHeight };
    before(() => setViewport({ width: 320, height: 256 }));
    after(() => setViewport(before400));

    for (const layout of ['card', 'page', 'dialog'])
      it(`every control of layout="${layout}" is reached without scrolling sideways`, async () => {
        for (const name of QUICK) {
          const gate = await show(name, { layout });
          expect(document.scrollingElement!.scrollWidth, name).to.be.at.most(320);
          for (const control of gate.shadowRoot!.querySelectorAll('button, input, summary')) {
            control.scrollIntoView({ block: 'nearest' });
            const { top, bottom, left, right } = control.getBoundingClientRect();
            if (bottom === top) continue;
            const what = `${name}: ${control.textContent?.trim()}`;
            expect(top, what).to.be.at.least(-1);
            expect(bottom, what).to.be.at.most(257);
            expect(left, what).to.be.at.least(0);
            expect(right, what).to.be.at.most(320);
          }
          gate.remove();
        }
      }).timeout(30_000);
  });
}
