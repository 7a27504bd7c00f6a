// The gate works against license servers that sellers wrote from the marketplace's guide, in every engine.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { browsersToTest } from '../../tools/browsers.mjs';
import { openProfile, type Profile } from '../support/engines.ts';
import { serveGatePage, visitorIn, type Visitor } from '../support/gate-page.ts';
import { createGuideServer } from '../support/guide-servers.ts';
import { serveFetch, type Served } from '../support/http.ts';

const KEY = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
const UNKNOWN_KEY = '00000000-0000-4000-8000-000000000000';

for (const engine of browsersToTest())
  describe(`in ${engine}`, () => {
    let profile: Profile;
    let app: Served;
    let guide: Served | undefined;
    let first: Visitor;
    let second: Visitor;

    before(async () => {
      profile = await openProfile(engine);
      app = await serveGatePage();
      first = visitorIn(await profile.openTab(), app.url);
      // Another origin is another device.
      second = visitorIn(await profile.openTab(), `http://localhost:${app.port}`);
    });
    afterEach(() => guide?.close());
    after(async () => {
      await profile.close();
      await app.close();
    });

    for (const kind of ['express', 'flask'] as const)
      it(`a server like the guide's ${kind} sample opens the gate, counts and frees the seat, and shuts on a refund`, async () => {
        const sold = new Map([[KEY, 'Standard License']]);
        const { fetch } = createGuideServer(kind, sold);
        guide = await serveFetch((request) => fetch(request));
        await first.visit({ server: guide.url });
        await second.visit({ server: guide.url });

        await first.submit(UNKNOWN_KEY);
        await first.sees('Invalid license key');
        await first.unlock(KEY);
        await second.submit(KEY);
        await second.sees('All seats of this license are in use');

        await first.press('Deactivate this device');
        await first.sees('Give this seat back?');
        await first.press('Deactivate this device');
        await first.sees('Enter your license key');
        await second.unlock(KEY);

        sold.clear();
        await second.run('await gate.check();');
        await second.sees('Your license is no longer valid. Please contact support.');
        assert.equal((await second.state()).reason, 'license_revoked');
      });
  });
