// No state of the gate has a fault that axe-core can find: in light, in dark, and in colors that the system forces.
import { expect } from '@open-wc/testing';
import { executeServerCommand } from '@web/test-runner-commands';
import { STATE_NAMES, showState, type StateName } from '../../demo/states.ts';
import '../../src/index.ts';

const APP = '<template><main><h1>The app</h1></main></template>';
/** Only Chromium can be told to force colors. */
const canForceColors = navigator.userAgent.includes('Chrome');

async function expectNoFault(name: StateName): Promise<void> {
  const gate = document.createElement('license-gate');
  gate.innerHTML = APP;
  await showState(name, gate, document.body);
  const animations = gate.shadowRoot!.getAnimations();
  for (const { finished, effect } of animations)
    if (effect?.getComputedTiming().iterations === 1) await finished;

  await expect(gate).to.be.accessible();

  for (const target of gate.shadowRoot!.querySelectorAll('button, summary, input')) {
    const { width, height } = target.getBoundingClientRect();
    if (height > 0) expect(Math.min(width, height), target.textContent ?? '').to.be.at.least(24);
  }
  gate.remove();
}

for (const colorScheme of ['light', 'dark'])
  describe(`accessibility, ${colorScheme}`, () => {
    before(() => {
      // What a buyer's setting comes down to, in every engine; axe-core takes a page without a color for white.
      document.documentElement.style.colorScheme = colorScheme;
      document.body.style.background = 'Canvas';
    });

    for (const name of STATE_NAMES) it(`has no fault in the state "${name}"`, () => expectNoFault(name));
  });

if (canForceColors)
  describe('accessibility, forced colors', () => {
    before(async () => {
      document.documentElement.style.colorScheme = 'light dark';
      await executeServerCommand('emulate:media', { 'forced-colors': 'active' });
    });
    after(() => executeServerCommand('emulate:media', { 'forced-colors': 'none' }));

    it('is what these tests are about', () => {
      expect(matchMedia('(forced-colors: active)').matches).to.equal(true);
    });

    for (const name of STATE_NAMES) it(`has no fault in the state "${name}"`, () => expectNoFault(name));
  });
