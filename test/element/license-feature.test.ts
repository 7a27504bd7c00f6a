// A piece of the page for some licenses, and what the others see there.
import { expect, fixture, html } from '@open-wc/testing';
import type { LicenseFeature, LicenseGate } from '../../src/element/index.ts';
import { KEY, confirmed, gateFor, refused, startServer, until, type FakeServer } from './support.ts';

async function openWith(server: FakeServer, licenseName: string): Promise<LicenseGate> {
  const gate = await gateFor(server);
  gate.id = 'gate';
  server.reply = () => confirmed({ licenseName });
  await gate.activate(KEY);
  return gate;
}

async function featureFor(attributes: Record<string, string>, where?: Element): Promise<LicenseFeature> {
  const feature = document.createElement('license-feature');
  for (const [name, value] of Object.entries(attributes)) feature.setAttribute(name, value);
  feature.innerHTML =
    '<template><b>export</b></template><a slot="locked" href="#buy">Get the Team License</a>';
  (where ?? (await fixture<HTMLElement>(html`<div></div>`))).append(feature);
  await feature.updateComplete;
  return feature;
}

const hasContent = (feature: LicenseFeature) => feature.querySelector('b')?.checkVisibility() ?? false;
const hasOffer = (feature: LicenseFeature) => feature.querySelector('a')!.checkVisibility();

describe('license-feature', () => {
  let server: FakeServer;

  beforeEach(async () => {
    server = await startServer();
  });

  it('shows its content to one of its tiers, and no offer', async () => {
    await openWith(server, 'Team License');

    const feature = await featureFor({ for: 'gate', tiers: 'Company License, Team License' });

    expect([hasContent(feature), hasOffer(feature)]).to.deep.equal([true, false]);
    expect(feature.open).to.equal(true);
    expect(feature.matches(':state(unlocked)')).to.equal(true);
  });

  it('offers the upgrade to other tiers, and keeps its content out of the page', async () => {
    await openWith(server, 'Standard License');

    const feature = await featureFor({ for: 'gate', tiers: 'Team License' });

    expect(feature.querySelector('b') === null).to.equal(true);
    expect(hasOffer(feature)).to.equal(true);
  });

  it('is content with any license where it names no tiers', async () => {
    await openWith(server, 'Standard License');

    expect(hasContent(await featureFor({ for: 'gate' }))).to.equal(true);
  });

  it('finds the gate that it stands in', async () => {
    const gate = await openWith(server, 'Team License');

    const feature = await featureFor({ tiers: 'Team License' }, gate.querySelector('main')!);

    expect(feature.gate === gate).to.equal(true);
    expect(hasContent(feature)).to.equal(true);
  });

  it('shows neither before its gate knows, and follows it from then on', async () => {
    const feature = await featureFor({ for: 'gate', tiers: 'Team License' });
    expect([hasContent(feature), hasOffer(feature)]).to.deep.equal([false, false]);

    const gate = await openWith(server, 'Team License');
    await until(() => hasContent(feature));

    server.reply = () => refused(403, 'license_revoked');
    await gate.check();
    await until(() => hasOffer(feature));
    expect(feature.querySelector('b') === null).to.equal(true);
  });

  it('takes no tier for another whose name only holds it', async () => {
    await openWith(server, 'Team');

    expect(hasContent(await featureFor({ for: 'gate', tiers: 'Team License' }))).to.equal(false);
  });
});
