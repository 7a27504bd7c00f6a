// What a buyer meets in the key form: pastes of every kind, refusals with a next step, the focus, the keyboard.
import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { LicenseGate } from '../../src/element/index.ts';
import {
  KEY,
  button,
  confirmed,
  enter,
  gateFor,
  holdTimers,
  openGateFor,
  part,
  refused,
  seatsFull,
  settled,
  shown,
  startServer,
  submit,
  unreachable,
  until,
  type FakeServer,
} from './support.ts';

const field = (gate: LicenseGate) => part<HTMLInputElement>(gate, 'input');
const focused = (gate: LicenseGate) => gate.shadowRoot?.activeElement;
const press = async (...keys: string[]) => {
  for (const key of keys) await sendKeys({ press: key });
};

/** In however many steps: browsers differ in what they stop at. */
async function tabTo(gate: LicenseGate, name: string): Promise<void> {
  for (let step = 0; step < 6 && focused(gate)?.textContent?.trim() !== name; step++) await press('Tab');
}
async function tabBack(): Promise<void> {
  if (!/Chrome|Firefox/.test(navigator.userAgent)) return sendKeys({ press: 'Shift+Tab' });
  await sendKeys({ down: 'Shift' });
  await press('Tab');
  await sendKeys({ up: 'Shift' });
}

describe('the key form', () => {
  let server: FakeServer;

  beforeEach(async () => {
    server = await startServer();
  });

  describe('given a paste', () => {
    const digits = KEY.replaceAll('-', '');
    const MESSES = {
      'a whole e-mail': `Thank you! Your key is ${KEY}. Order 2026-11874, total 49.00`,
      'a doubled key': KEY + KEY,
      'smart dashes': KEY.replaceAll('-', '–'),
      'full-width digits': KEY.replaceAll(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
      'spaces in the middle': KEY.replaceAll('-', ' - '),
      'no dashes': digits.toUpperCase(),
    };
    for (const [name, text] of Object.entries(MESSES))
      it(`with ${name} shows the key in its normal form, and says so`, async () => {
        const gate = await gateFor(server);

        await enter(gate, text, 'insertFromPaste');

        expect(field(gate).value).to.equal(KEY);
        expect(part(gate, 'message').textContent).to.contain('Key found');
        expect(server.calls).to.deep.equal([]);
      });

    it('without a key says so at once, and what a key looks like', async () => {
      const gate = await gateFor(server);

      await enter(gate, 'Order 2026-11874', 'insertFromPaste');

      expect(part(gate, 'message').textContent)
        .to.contain('Invalid license key')
        .and.to.contain('A key looks like');
      expect(field(gate).getAttribute('aria-invalid')).to.equal('true');
      expect(field(gate).value).to.equal('Order 2026-11874');
    });

    it('takes the complaint back while the buyer corrects it', async () => {
      const gate = await gateFor(server);
      server.reply = () => refused(403, 'license_invalid');
      await submit(gate, KEY);

      await enter(gate, KEY.slice(0, 35), 'deleteContentBackward');

      expect(shown(gate)).to.not.contain('Invalid');
      expect(field(gate).getAttribute('aria-invalid')).to.equal('false');
    });
  });

  describe('with a key that was bought a minute ago', () => {
    it('offers to keep trying, and opens by itself once the key is known', async () => {
      const timers = holdTimers();
      const gate = await gateFor(server);
      server.reply = () => refused(403, 'license_invalid');
      await submit(gate, KEY);

      button(gate, 'Just bought it? Keep trying').click();
      await gate.updateComplete;
      expect(shown(gate)).to.contain('We try again every minute').and.not.to.contain('Invalid');
      expect(focused(gate)?.id).to.equal('key');
      server.calls.length = 0;
      timers.pass(60_000);
      await until(() => server.calls.length === 1);
      await settled(gate);
      expect(gate.open).to.equal(false);

      server.reply = confirmed;
      timers.pass(60_000);
      await until(() => gate.open);
      timers.release();
    });

    it('stops trying when the buyer types another one', async () => {
      const timers = holdTimers();
      const gate = await gateFor(server);
      server.reply = () => refused(403, 'license_invalid');
      await submit(gate, KEY);
      button(gate, 'Just bought it? Keep trying').click();
      await enter(gate, 'a1', 'insertText');
      server.calls.length = 0;

      timers.pass(60_000);
      await settled(gate);

      expect(server.calls).to.deep.equal([]);
      timers.release();
    });
  });

  it('keeps trying by itself when the server cannot be reached, at once when the network is back', async () => {
    const gate = await gateFor(server);
    server.reply = unreachable;
    await submit(gate, KEY);
    expect(shown(gate)).to.contain('cannot be reached').and.to.contain('We keep trying by ourselves.');

    server.reply = confirmed;
    dispatchEvent(new Event('online'));

    await until(() => gate.open);
  });

  it('does not try on a license that has moved too often, and says when it can', async () => {
    const gate = await gateFor(server);
    server.reply = () => refused(429, 'release_limit_reached');

    await submit(gate, KEY);

    expect(shown(gate)).to.contain('changed devices too often today').and.to.contain('Try again tomorrow.');
  });

  it('sends to a normal window where the seller wants a proof that this browser cannot give, and not to try again', async () => {
    server.reply = () => refused(403, 'proof_required');
    const gate = await gateFor(server);

    await gate.activate(KEY);
    await gate.updateComplete;

    expect(part(gate, 'message').textContent?.trim()).to.equal(
      'This browser forgets your key when you close it. Use a normal window to keep it.',
    );
  });

  it('says with the next frame that it is at work, before anybody has answered', async () => {
    const gate = await gateFor(server);
    server.reply = () => new Promise(() => {});
    part<HTMLInputElement>(gate, 'input').value = KEY;
    button(gate, 'Activate').click();

    await new Promise(requestAnimationFrame);

    expect(shown(gate)).to.contain('Checking your license');
    expect(button(gate, 'Activate').getAttribute('aria-disabled')).to.equal('true');
    gate.remove();
  });

  it('explains a wait that gets long', async () => {
    const timers = holdTimers();
    const gate = await gateFor(server);
    server.reply = () => new Promise(() => {});
    void submit(gate, KEY);
    await until(() => shown(gate).includes('Checking your license'));

    timers.pass(4000);
    await gate.updateComplete;

    expect(shown(gate)).to.contain('slow to answer');
    timers.release();
    gate.remove();
  });

  it('stands still from the first visit over every message to the last', async () => {
    const gate = await gateFor(server);
    await document.fonts.ready;
    const height = () => Math.round(part(gate, 'card').getBoundingClientRect().height);
    const first = height();
    const heights: Record<string, number> = {};
    await enter(gate, `Your key: ${KEY}`, 'insertFromPaste');
    heights['found'] = height();
    await enter(gate, 'Order 1', 'insertFromPaste');
    heights['not a key'] = height();
    for (const [status, code] of [
      [403, 'license_invalid'],
      [429, 'rate_limited'],
      [429, 'release_limit_reached'],
      [503, 'upstream_unavailable'],
    ] as const) {
      server.reply = () => refused(status, code);
      await submit(gate, KEY);
      heights[code] = height();
    }
    server.reply = unreachable;
    await submit(gate, KEY);
    heights['network_error'] = height();

    for (const [state, there] of Object.entries(heights)) expect(there, state).to.equal(first);
    gate.remove();
  });

  describe('when every seat is taken', () => {
    it('keeps showing the devices while one of them is being freed', async () => {
      const gate = await gateFor(server);
      server.reply = seatsFull;
      await submit(gate, KEY);
      server.reply = () => new Promise(() => {});

      button(gate, 'Use here instead').click();
      await until(() => gate.activity === 'activating');
      await gate.updateComplete;

      expect(shown(gate)).to.contain('Chrome on Mac').and.to.contain('Checking your license');
      gate.remove();
    });

    it('takes another key, with the focus in its field', async () => {
      const gate = await gateFor(server);
      server.reply = seatsFull;
      await submit(gate, KEY);

      button(gate, 'Use another key').click();
      await gate.updateComplete;

      expect(shown(gate)).to.contain('Enter your license key');
      expect(field(gate).value).to.equal('');
      expect(focused(gate)?.id).to.equal('key');
    });

    it('can ask again where the server told no devices', async () => {
      const gate = await gateFor(server);
      server.reply = () => refused(403, 'seat_limit_reached', { maxDevices: 1 });
      await submit(gate, KEY);
      server.reply = confirmed;
      expect(shown(gate)).to.contain('Deactivate it on another device, then try again.');

      button(gate, 'Activate').click();
      await settled(gate);

      expect(gate.open).to.equal(true);
    });
  });

  describe('and the focus', () => {
    it('stays in the field, with the wrong key selected', async () => {
      const gate = await gateFor(server);
      server.reply = () => refused(403, 'license_invalid');
      gate.focus();

      await submit(gate, KEY);

      expect(focused(gate)?.id).to.equal('key');
      expect(field(gate).selectionEnd).to.equal(KEY.length);
    });

    it('goes to the headline that says what has changed', async () => {
      const gate = await gateFor(server);
      server.reply = seatsFull;
      gate.focus();

      await submit(gate, KEY);

      expect(focused(gate)?.textContent).to.equal('All seats of this license are in use');
    });

    it('goes to the headline when the app that had it is shut', async () => {
      const gate = await openGateFor(server);
      gate.querySelector('textarea')!.focus();
      server.reply = () => refused(403, 'license_revoked');

      await gate.check();
      await gate.updateComplete;

      expect(focused(gate)?.textContent).to.contain('no longer valid');
    });

    it('stays where it is, outside of the gate', async () => {
      const gate = await openGateFor(server);
      const outside = document.createElement('button');
      document.body.append(outside);
      outside.focus();
      server.reply = () => refused(403, 'license_revoked');

      await gate.check();
      await gate.updateComplete;

      expect(document.activeElement === outside).to.equal(true);
      outside.remove();
    });
  });

  it('is run from the keyboard alone, from the first key to the deactivation', async () => {
    const gate = await gateFor(server);
    const before = document.createElement('a');
    before.href = '#';
    gate.before(before);
    before.focus();
    server.reply = seatsFull;

    await press('Tab');
    await sendKeys({ type: KEY });
    await press('Enter');
    await until(() => shown(gate).includes('All seats'));
    await settled(gate);
    server.reply = confirmed;
    await press('Tab', 'Enter');
    await until(() => gate.open);
    await settled(gate);
    expect(document.activeElement?.localName).to.equal('license-gate');
    await tabTo(gate, 'Deactivate this device');
    await press('Enter');
    await until(() => shown(gate).includes('Give this seat back?'));
    await until(() => focused(gate)?.textContent?.trim() === 'Cancel');
    await press('Escape');
    await until(() => !shown(gate).includes('Give this seat back?'));
    await until(() => focused(gate)?.textContent?.trim() === 'Deactivate this device');
    await press('Enter');
    await until(() => focused(gate)?.textContent?.trim() === 'Cancel');
    await tabBack();
    await press('Enter');
    await until(() => shown(gate).includes('Enter your license key'));

    expect(gate.open).to.equal(false);
  });

  describe('as a dialog', () => {
    it('stands in front of the page, cannot be dismissed, and is gone with the key', async () => {
      const gate = await gateFor(server, { layout: 'dialog' });
      const dialog = part<HTMLDialogElement>(gate, 'card');
      expect(dialog.matches(':modal')).to.equal(true);
      expect(focused(gate)?.id).to.equal('key');

      await press('Escape', 'Escape');
      expect(dialog.open).to.equal(true);
      await submit(gate, KEY);

      expect(gate.shadowRoot?.querySelectorAll('dialog')).to.have.length(0);
      expect(document.activeElement?.localName).to.equal('license-gate');
    });

    it('leaves the page alone where the page shows something of its own instead', async () => {
      const gate = document.createElement('license-gate');
      gate.setAttribute('server', server.url);
      gate.layout = 'dialog';
      gate.innerHTML = '<p slot="locked">Buy it here.</p>';
      document.body.append(gate);
      await gate.ready;
      await gate.updateComplete;

      expect(document.querySelectorAll(':modal')).to.have.length(0);
      expect(gate.querySelector('p')?.checkVisibility()).to.equal(true);
      gate.remove();
    });
  });

  it('fills the window as a page, and only while it is shut', async () => {
    const gate = await gateFor(server, { layout: 'page' });
    expect(gate.getBoundingClientRect().height).to.be.at.least(innerHeight);

    await submit(gate, KEY);

    expect(gate.getBoundingClientRect().height).to.be.below(innerHeight);
  });

  it('warns before a seat is spent where the browser will forget the key', async () => {
    const gate = document.createElement('license-gate');
    gate.server = server.url;
    const kept = new Map<string, unknown>();
    gate.environment = {
      storage: {
        mode: 'memory',
        peek: (name) => kept.get(name),
        change: async (name, next) => kept.set(name, next(kept.get(name))).get(name),
      },
    };
    document.body.append(gate);
    await gate.ready;
    await gate.updateComplete;

    expect(part(gate, 'warning').textContent).to.contain('forgets your key');
    expect(server.calls).to.deep.equal([]);
    gate.remove();
  });

  it('says what a grace leaves, and can be asked to say it less often', async () => {
    const gate = await openGateFor(server);
    server.reply = unreachable;
    await gate.check();
    await gate.updateComplete;
    expect(part(gate, 'notice').textContent).to.contain('in 7 days');

    button(gate, 'Hide').click();
    await gate.updateComplete;

    expect(part(gate, 'notice').checkVisibility()).to.equal(false);
    expect(gate.open).to.equal(true);
  });

  it('does not lose its deactivation to a server that is away', async () => {
    const gate = await openGateFor(server);
    server.deactivate = unreachable;
    button(gate, 'Deactivate this device').click();
    await settled(gate);

    button(gate, 'Deactivate this device').click();
    await settled(gate);

    expect(shown(gate)).to.contain('The license server cannot be reached.');
    expect(gate.open).to.equal(true);
  });
});
