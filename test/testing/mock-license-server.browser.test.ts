// The mock in a real browser: the license server runs in the page, msw's service worker hands it the page's requests.
import { expect, fixture, html } from '@open-wc/testing';
import { setupWorker } from 'msw/browser';
import '../../src/index.ts';
import type { LicenseGate } from '../../src/element/index.ts';
import { mockLicenseServer } from '../../src/testing/index.ts';

const license = mockLicenseServer({ url: 'https://mock.licenses.example' });
const worker = setupWorker(...license.handlers);

before(() => worker.start({ quiet: true, onUnhandledFrame: 'bypass' }));
afterEach(() => license.reset());
after(() => worker.stop());

async function openPage(environment?: LicenseGate['environment']): Promise<LicenseGate> {
  const host = await fixture<HTMLElement>(html`<div></div>`);
  const gate = document.createElement('license-gate');
  Object.assign(gate, { server: license.url, product: license.product, environment });
  gate.innerHTML = '<template><main>The app</main></template>';
  host.append(gate);
  await gate.ready;
  return gate;
}

describe('the mock license server in a page', () => {
  it('opens a gate, over the network as the page sees it', async () => {
    const gate = await openPage();

    await gate.activate(license.keys.team);

    expect(gate.querySelector('main')?.textContent).to.equal('The app');
    expect(license.requests.map(({ path, status }) => [path, status])).to.deep.equal([['/activate', 200]]);
  });

  it('refuses as the real one does', async () => {
    const gate = await openPage();

    const outcomes = [await gate.activate(license.keys.seatsFull), await gate.activate(license.keys.banned)];

    expect(outcomes.map((outcome) => !outcome.ok && outcome.code)).to.deep.equal([
      'seat_limit_reached',
      'license_revoked',
    ]);
  });

  it('is out of reach when it is told to, and the gate stays open', async () => {
    const gate = await openPage();
    await gate.activate(license.keys.team);

    license.interfere('offline');
    const outcome = await gate.check();

    expect(outcome.ok).to.equal(false);
    expect(gate.access).to.equal('grace');
  });

  it('lets the browser forget the license with a reset, so that the next test begins with the form', async () => {
    const gate = await openPage();
    await gate.activate(license.keys.team);
    gate.remove();
    const reloaded = await openPage();

    reloaded.remove();
    await license.reset();
    const afterReset = await openPage();

    expect([reloaded.open, afterReset.open]).to.deep.equal([true, false]);
    expect((await afterReset.activate(license.keys.valid)).ok).to.equal(true);
  });

  it('lets an open page notice that days have passed, where the gate lives by its clock', async () => {
    const gate = await openPage(license.environment);
    await gate.activate(license.keys.valid);
    license.interfere('offline');
    const locked = new Promise((resolve) => gate.addEventListener('license-locked', resolve));

    license.advance({ days: 8 });
    await locked;

    expect(gate.reason).to.equal('grace_expired');
  });
});
