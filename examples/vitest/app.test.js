import { mockLicenseServer } from 'license-gate-kit/testing';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startApp } from './app.js';

const license = mockLicenseServer({ url: 'https://licenses.example.com', product: '/my-tool' });
const network = setupServer(...license.handlers);
network.listen({ onUnhandledFrame: 'error' });
afterEach(async () => {
  vi.useRealTimers();
  await license.reset();
});
afterAll(() => network.close());

let gate;
beforeEach(async () => {
  gate = startApp(document.body);
  await gate.ready;
});

const app = () => document.querySelector('main');

test('the app is there for a buyer alone', async () => {
  expect(app()).toBeNull();

  await gate.activate(license.keys.valid);

  expect(app()).not.toBeNull();
});

test('a buyer without a free seat sees the devices', async () => {
  const outcome = await gate.activate(license.keys.seatsFull);

  expect(outcome.code).toBe('seat_limit_reached');
  expect(gate.devices).toHaveLength(1);
  expect(app()).toBeNull();
});

test('the app stays while the license server is down', async () => {
  await gate.activate(license.keys.valid);

  license.interfere('server-error');
  await gate.check();

  expect(gate.access).toBe('grace');
  expect(app()).not.toBeNull();
});

test('the app goes after eight days without the license server', async () => {
  await gate.activate(license.keys.valid);

  vi.useFakeTimers({ now: Date.now() + 8 * 86_400_000, toFake: ['Date'] });
  license.interfere('offline');
  await gate.check();

  expect(gate.reason).toBe('grace_expired');
  expect(app()).toBeNull();
});

test('the app goes when the license was refunded', async () => {
  await gate.activate(license.keys.valid);

  await license.refund(license.keys.valid);
  await gate.check();

  expect(gate.reason).toBe('license_revoked');
  expect(app()).toBeNull();
});
