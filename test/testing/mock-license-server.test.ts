// The mock as msw's handlers in node:test: an app asks over the global `fetch` and knows nothing of a test.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { setupServer } from 'msw/node';
import { createLicenseClient } from '../../src/client/index.ts';
import { createLeaseVerifier } from '../../src/lease/index.ts';
import { mockLicenseServer } from '../../src/testing/index.ts';

const license = mockLicenseServer({ url: 'https://licenses.example.com:8443/licenses' });
const network = setupServer(...license.handlers);

before(() => network.listen({ onUnhandledFrame: 'error' }));
afterEach(() => license.reset());
after(() => network.close());

const { storage } = license.environment;

test('a client opens with a valid key', async (t) => {
  const client = createLicenseClient({ server: license.url }, { storage });
  t.after(() => client.close());

  const outcome = await client.activate(license.keys.valid);

  assert.equal(outcome.ok, true);
  assert.equal(client.snapshot.license?.productName, 'My Tool');
});

test('a client that is offline says so, and goes on when the network is back', async (t) => {
  const client = createLicenseClient({ server: license.url }, { storage });
  t.after(() => client.close());

  license.interfere('offline');
  const offline = await client.activate(license.keys.valid);
  license.interfere();
  const online = await client.activate(license.keys.valid);

  assert.equal(!offline.ok && offline.code, 'network_error');
  assert.equal(online.ok, true);
});

test('a back end fetches the keys and refuses what they have not signed', async () => {
  const leases = createLeaseVerifier({ server: license.url, product: license.product });
  const lease = await license.lease();

  const genuine = await leases.verify(`Bearer ${lease}`);
  const altered = await leases.verify(lease.replace(/.{4}$/, 'AAAA'));

  assert.equal(genuine.ok, true);
  assert.equal(altered.ok, false);
});

test('a path that the license server does not have is refused by the server itself', async () => {
  const response = await fetch(`${license.url}/nothing`);

  assert.equal(response.status, 404);
  assert.match(await response.text(), /There is nothing at \/nothing/);
});
