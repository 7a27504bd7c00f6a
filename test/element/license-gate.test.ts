// What buyers and host pages see of <license-gate>, in a real browser with the license server faked by msw.
import { expect } from '@open-wc/testing';
import type { LicenseGate } from '../../src/element/index.ts';
import {
  KEY,
  button,
  confirmed,
  gateFor,
  listen,
  openGateFor,
  part,
  refused,
  seatsFull,
  settled,
  shown,
  startServer,
  submit,
  unreachable,
  type FakeServer,
} from './support.ts';

const app = (gate: LicenseGate) => gate.querySelector('main');

/** What the charts below have measured. */
const widths: number[] = [];

const CHART = '<measuring-chart></measuring-chart>';

class MeasuringChart extends HTMLElement {
  connectedCallback(): void {
    this.style.display = 'block';
    widths.push(this.offsetWidth);
  }
}
customElements.define('measuring-chart', MeasuringChart);

describe('license-gate', () => {
  let server: FakeServer;

  beforeEach(async () => {
    server = await startServer();
  });

  describe('for somebody without a license', () => {
    it('shows the key form and keeps the app out of the document', async () => {
      const gate = await gateFor(server);

      expect(shown(gate)).to.contain('Enter your license key');
      expect(app(gate)).to.equal(null);
      expect(gate.open).to.equal(false);
      expect(gate.getAttribute('access')).to.equal('locked');
      expect(gate.matches(':state(locked)')).to.equal(true);
      expect(server.calls).to.deep.equal([]);
    });

    it('tells the page once that it is decided, and nothing before', async () => {
      const gate = document.createElement('license-gate');
      const heard = listen(gate);
      gate.setAttribute('server', server.url);
      document.body.append(gate);
      await gate.ready;
      await settled(gate);

      expect(heard).to.deep.equal(['license-ready', 'license-changed']);
      gate.remove();
    });

    it('says where the key is, in the three places of the marketplace', async () => {
      const gate = await gateFor(server);

      const help = part(gate, 'help');

      expect(help.querySelector('summary')?.textContent).to.equal('Where is my license key?');
      expect(help.textContent)
        .to.match(/e-mail/)
        .and.match(/License Product ID/)
        .and.match(/Item ID/);
    });

    it('asks for a key when nothing was pasted, without a request', async () => {
      const gate = await gateFor(server);

      await submit(gate, '  ');

      expect(part(gate, 'message').textContent).to.contain('Paste your license key first.');
      expect(server.calls).to.deep.equal([]);
    });

    it('says that a key is invalid and lets the buyer correct it', async () => {
      const gate = await gateFor(server);
      server.reply = () => refused(403, 'license_invalid', { error: 'Invalid license key' });

      await submit(gate, KEY);

      const field = part<HTMLInputElement>(gate, 'input');
      expect(part(gate, 'message').textContent).to.contain('Invalid license key');
      expect(field.getAttribute('aria-invalid')).to.equal('true');
      expect(field.value).to.equal(KEY);
      expect(gate.reason).to.equal('license_invalid');
    });

    it('refuses what cannot be a key without a request', async () => {
      const gate = await gateFor(server);

      await submit(gate, 'not-a-key');

      expect(part(gate, 'message').textContent).to.contain('Invalid license key');
      expect(server.calls).to.deep.equal([]);
    });

    it('says that the server cannot be reached, and never that the key is wrong', async () => {
      const gate = await gateFor(server);
      server.reply = unreachable;

      await submit(gate, KEY);

      expect(shown(gate)).to.contain('cannot be reached').and.not.to.contain('Invalid');
      expect(gate.reason).to.equal('network_error');
    });

    it('shows no host markup that a marketplace name smuggles in', async () => {
      const gate = await gateFor(server);
      server.reply = () => confirmed({ licenseName: '<img src=x onerror=alert(1)>' });

      await submit(gate, KEY);

      expect(gate.shadowRoot?.querySelector('img')).to.equal(null);
      expect(shown(gate)).to.contain('<img');
    });
  });

  describe('with a good key', () => {
    it('opens and brings the app into the page', async () => {
      const gate = await gateFor(server);

      await submit(gate, KEY);

      expect(app(gate)?.isConnected).to.equal(true);
      expect(gate.open).to.equal(true);
      expect(gate.access).to.equal('unlocked');
      expect(gate.matches(':state(unlocked)')).to.equal(true);
      expect(gate.license).to.include({ licenseName: 'Team License', maskedKey: 'a1b2••••7890' });
      expect(gate.shadowRoot?.querySelector('form')).to.equal(null);
    });

    it('finds it in a whole pasted e-mail', async () => {
      const gate = await gateFor(server);

      await submit(gate, `Thank you!\nYour license key: ${KEY.toUpperCase()}\nEnjoy.`);

      expect(server.calls[0]?.body['licenseKey']).to.equal(KEY);
    });

    it('tells the page in order, and each edge once', async () => {
      const gate = await gateFor(server);
      const heard = listen(gate);

      await submit(gate, KEY);

      expect(heard).to.deep.equal([
        'license-activate',
        'license-changed',
        'license-changed',
        'license-activated',
        'license-unlocked',
      ]);
    });

    it('sends nothing when the page cancels license-activate', async () => {
      const gate = await gateFor(server);
      gate.addEventListener('license-activate', (event) => event.preventDefault());

      const outcome = await gate.activate(KEY);

      expect(outcome).to.include({ ok: false, code: 'canceled' });
      expect(server.calls).to.deep.equal([]);
    });

    it('opens at the next visit without a request', async () => {
      await openGateFor(server);

      const next = await gateFor(server);

      expect(next.open).to.equal(true);
      expect(app(next)?.isConnected).to.equal(true);
      expect(server.calls).to.deep.equal([]);
    });

    it('lets a late listener find the state in ready and the properties', async () => {
      const gate = await openGateFor(server);

      const snapshot = await gate.ready;

      expect(snapshot.access).to.equal('locked'); // what was decided first
      expect(gate.access).to.equal('unlocked');
    });
  });

  describe('when every seat is taken', () => {
    it('shows who holds them, and frees one and activates in one call', async () => {
      const gate = await gateFor(server);
      server.reply = seatsFull;
      await submit(gate, KEY);
      expect(shown(gate)).to.contain('Chrome on Mac').and.to.contain('last seen 12 days ago');
      server.reply = confirmed;
      server.calls.length = 0;

      button(gate, 'Use here instead').click();
      await settled(gate);

      expect(gate.open).to.equal(true);
      expect(server.calls.map(({ path, body }) => [path, body['replaceDevice']])).to.deep.equal([
        ['activate', 'h1'],
      ]);
    });

    it('shows no devices with seat-policy="reject"', async () => {
      const gate = await gateFor(server, { 'seat-policy': 'reject' });
      server.reply = seatsFull;

      await submit(gate, KEY);

      expect(shown(gate)).to.contain('All seats').and.not.to.contain('Chrome on Mac');
    });

    it('takes the seat unseen for longest with seat-policy="replace-oldest"', async () => {
      const gate = await gateFor(server, { 'seat-policy': 'replace-oldest' });
      server.reply = () => (server.calls.length === 1 ? seatsFull() : confirmed());

      await submit(gate, KEY);

      expect(gate.open).to.equal(true);
      expect(server.calls[1]?.body['replaceDevice']).to.equal('h1');
    });
  });

  describe('that is open', () => {
    it('stays open when the server cannot be reached, and says until when', async () => {
      const gate = await openGateFor(server);
      server.reply = unreachable;

      await gate.check();
      await gate.updateComplete;

      expect(gate.access).to.equal('grace');
      expect(gate.open).to.equal(true);
      expect(part(gate, 'notice').textContent).to.contain('You can go on working until');
      expect(gate.graceEndsAt).to.be.instanceOf(Date);
    });

    for (const [status, code] of [
      [429, 'rate_limited'],
      [503, 'upstream_unavailable'],
      [503, 'server_misconfigured'],
      [400, 'invalid_request'],
    ] as const)
      it(`is not shut by ${code}`, async () => {
        const gate = await openGateFor(server);
        server.reply = () => refused(status, code);

        await gate.check();

        expect(gate.open).to.equal(true);
        expect(app(gate)?.isConnected).to.equal(true);
      });

    it('is shut by a refund with the sentence of the guide', async () => {
      const gate = await openGateFor(server);
      server.reply = () => refused(403, 'license_revoked');
      const heard = listen(gate);

      await gate.check();
      await gate.updateComplete;

      expect(shown(gate)).to.contain('Your license is no longer valid. Please contact support.');
      expect(app(gate)).to.equal(null);
      expect(heard.filter((type) => !type.endsWith('changed'))).to.deep.equal([
        'license-lock',
        'license-locked',
        'license-error',
      ]);
    });

    it('brings back the same nodes, with what was typed, when it opens again', async () => {
      const gate = await openGateFor(server);
      const before = gate.querySelector('textarea');
      before!.value = 'half a sentence';
      server.reply = () => refused(403, 'license_revoked');
      await gate.check();
      expect(before!.isConnected).to.equal(false);

      server.reply = confirmed;
      await gate.check();

      expect(gate.querySelector('textarea')).to.equal(before);
      expect(before!.value).to.equal('half a sentence');
    });

    it('is left open to a page that cancels license-lock', async () => {
      const gate = await openGateFor(server);
      gate.addEventListener('license-lock', (event) => event.preventDefault());
      server.reply = () => refused(403, 'license_revoked');

      await gate.check();

      expect(gate.access).to.equal('locked');
      expect(gate.open).to.equal(true);
      expect(app(gate)?.isConnected).to.equal(true);
    });

    it('deactivates this device after a second step', async () => {
      const gate = await openGateFor(server);
      const heard = listen(gate);
      button(gate, 'Deactivate this device').click();
      await settled(gate);
      expect(server.calls).to.deep.equal([]);

      button(gate, 'Deactivate this device').click();
      await settled(gate);

      expect(server.calls.map(({ path }) => path)).to.deep.equal(['deactivate']);
      expect(shown(gate)).to.contain('Enter your license key');
      expect(heard).to.include('license-deactivated');
      const next = await gateFor(server);
      expect(next.open).to.equal(false);
    });

    it('does not touch the document when nothing has changed', async () => {
      const gate = await openGateFor(server);
      const mutations: MutationRecord[] = [];
      const watch = new MutationObserver((seen) => mutations.push(...seen));
      for (const node of [gate, gate.shadowRoot!])
        watch.observe(node, { attributes: true, childList: true, characterData: true, subtree: true });

      gate.requestUpdate();
      await gate.updateComplete;
      mutations.push(...watch.takeRecords());

      expect(mutations).to.deep.equal([]);
      watch.disconnect();
    });

    it('stays open while it is moved within the page', async () => {
      const gate = await openGateFor(server);
      const heard = listen(gate);
      const elsewhere = document.createElement('section');
      gate.parentElement!.append(elsewhere);

      elsewhere.append(gate);
      await settled(gate);

      expect(gate.open).to.equal(true);
      expect(heard).to.not.include('license-locked').and.not.to.include('license-lock');
      expect(server.calls).to.deep.equal([]);
    });

    it('leaves a template that the app brings along to the app', async () => {
      const gate = await gateFor(server);
      const { content } = gate.querySelector('template')!;
      content.append(document.createElement('template'));
      content.querySelector('template')!.innerHTML = '<p>a row</p>';

      await submit(gate, KEY);
      gate.append('anything'); // looks at the content anew
      await settled(gate);

      expect([...gate.children].map(({ localName }) => localName)).to.deep.equal([
        'template',
        'main',
        'template',
      ]);
    });

    it('has a place for an app that measures itself as it comes in, after a key and at the next visit', async () => {
      const gate = await gateFor(server);
      gate.querySelector('template')!.innerHTML = CHART;

      await submit(gate, KEY);
      const next = document.createElement('license-gate');
      next.setAttribute('server', server.url);
      next.innerHTML = `<template>${CHART}</template>`;
      document.body.append(next);
      await next.ready;
      next.remove();

      expect(widths).to.have.length(2);
      expect(Math.min(...widths)).to.be.above(100);
    });

    it('shows content that a framework adds as plain children, and hides it while locked', async () => {
      const gate = await gateFor(server);
      const child = document.createElement('p');
      child.textContent = 'plain child';
      gate.append(child);
      expect(child.assignedSlot).to.equal(null);

      await submit(gate, KEY);

      expect(child.assignedSlot).to.not.equal(null);
    });
  });

  describe('with the key in the address', () => {
    afterEach(() => history.replaceState(null, '', location.pathname + location.search));

    it('fills it in, takes it out of the address and waits for the buyer', async () => {
      history.replaceState(null, '', `#license_key=${KEY}&tab=2`);

      const gate = await gateFor(server);

      expect(part<HTMLInputElement>(gate, 'input').value).to.equal(KEY);
      expect(location.hash).to.equal('#tab=2');
      expect(server.calls).to.deep.equal([]);
    });

    it('takes it out of the address of a page whose links go elsewhere, too', async () => {
      history.replaceState(null, '', `#license_key=${KEY}`);
      const base = document.head.appendChild(document.createElement('base'));
      base.href = 'https://elsewhere.example/';

      const gate = await gateFor(server);
      base.remove();

      expect(part<HTMLInputElement>(gate, 'input').value).to.equal(KEY);
      expect(location.hash).to.equal('');
    });

    it('takes it also from a link that is followed while the page is open, until the gate is gone', async () => {
      const gate = await gateFor(server);
      const follow = async () => {
        const followed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
        location.hash = `#license_key=${KEY}`;
        await followed;
        await gate.updateComplete;
      };

      await follow();
      expect(part<HTMLInputElement>(gate, 'input').value).to.equal(KEY);
      expect(location.hash).to.equal('');

      gate.remove();
      await follow();
      expect(location.hash).to.equal(`#license_key=${KEY}`);
      history.replaceState(null, '', location.pathname + location.search);
    });

    it('activates by itself only where the page asks for it', async () => {
      history.replaceState(null, '', `#license_key=${KEY}`);

      const gate = await gateFor(server, { 'activate-from-url': 'auto' });
      await settled(gate);

      expect(gate.open).to.equal(true);
      expect(location.hash).to.equal('');
    });
  });

  describe('set up by its page', () => {
    it('says loudly what is wrong with a missing server', async () => {
      const gate = await gateFor(server, { server: '' });

      expect(gate.reason).to.equal('config_error');
      expect(shown(gate)).to.contain('server=""').and.to.contain('contact its seller');
      expect(await gate.activate(KEY)).to.include({ ok: false, code: 'config_error' });
    });

    it('never treats unreadable public keys as none', async () => {
      const gate = await gateFor(server, { 'public-keys': '{broken' });

      expect(gate.reason).to.equal('config_error');
    });

    it('takes words from the page', async () => {
      const gate = await gateFor(server);
      gate.strings = { title: 'Bitte Lizenzschlüssel eingeben', activate: 'Freischalten' };
      await gate.updateComplete;

      expect(shown(gate)).to.contain('Bitte Lizenzschlüssel eingeben');
      expect(button(gate, 'Freischalten')).to.be.instanceOf(HTMLButtonElement);
    });

    it('lets a style sheet that the page has given it win over its own', async () => {
      const gate = document.createElement('license-gate');
      gate.setAttribute('server', server.url);
      const own = new CSSStyleSheet();
      gate.shadowRoot!.adoptedStyleSheets.push(own);

      document.body.append(gate);
      await gate.ready;
      await gate.updateComplete;
      const place = gate.shadowRoot!.adoptedStyleSheets.indexOf(own);
      gate.remove();

      expect(place).to.equal(1);
    });

    it('shows what stands in the locked slot instead of the form', async () => {
      const gate = await gateFor(server);
      const own = document.createElement('p');
      own.slot = 'locked';
      gate.append(own);

      expect(own.assignedSlot?.name).to.equal('locked');
      expect(gate.shadowRoot?.querySelector('form')?.checkVisibility()).to.equal(false);
    });
  });
});
