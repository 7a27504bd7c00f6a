// No state of the gate has a fault that axe-core can find, in light and dark.
import { expect } from '@open-wc/testing';
import type { LicenseGate } from '../../src/element/index.ts';
import {
  KEY,
  button,
  gateFor,
  openGateFor,
  refused,
  seatsFull,
  settled,
  startServer,
  submit,
  unreachable,
  type FakeServer,
} from './support.ts';

const STATES: Record<string, (server: FakeServer) => Promise<LicenseGate>> = {
  'the key form': (server) => gateFor(server),
  'a wrong key': async (server) => {
    const gate = await gateFor(server);
    server.reply = () => refused(403, 'license_invalid');
    await submit(gate, KEY);
    return gate;
  },
  'all seats taken': async (server) => {
    const gate = await gateFor(server);
    server.reply = seatsFull;
    await submit(gate, KEY);
    return gate;
  },
  'the open gate': (server) => openGateFor(server),
  'the question before deactivating': async (server) => {
    const gate = await openGateFor(server);
    button(gate, 'Deactivate this device').click();
    await settled(gate);
    return gate;
  },
  'the grace': async (server) => {
    const gate = await openGateFor(server);
    server.reply = unreachable;
    await gate.check();
    return gate;
  },
  'a revoked license': async (server) => {
    const gate = await openGateFor(server);
    server.reply = () => refused(403, 'license_revoked');
    await gate.check();
    return gate;
  },
  'a wrong set-up': (server) => gateFor(server, { server: '' }),
};

for (const colorScheme of ['light', 'dark'] as const)
  describe(`accessibility, ${colorScheme}`, () => {
    before(() => {
      // What a buyer's setting comes down to, in every engine; axe-core takes a page without a color for white.
      document.documentElement.style.colorScheme = colorScheme;
      document.body.style.background = 'Canvas';
    });

    for (const [name, arrange] of Object.entries(STATES))
      it(`finds no fault in ${name}`, async () => {
        const gate = await arrange(await startServer());
        await settled(gate);
        gate.querySelector('textarea')?.setAttribute('aria-label', 'Text');
        await Promise.all(gate.shadowRoot!.getAnimations().map(({ finished }) => finished));

        await expect(gate).to.be.accessible();
      });
  });
