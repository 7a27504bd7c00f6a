import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { ActivateAnswer, StatusAnswer } from '../../src/protocol/index.ts';
import { MALFORMED_KEY, PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { DAY_MS, HOUR_MS, START, createTestServer } from './support.ts';

const KEY = PURCHASES.standard.key;

test('activates a bought key and says everything that the app may want to know', async () => {
  const { activate } = createTestServer();

  const { status, body } = await activate(KEY, 'laptop');

  assert.equal(status, 200);
  const { lease, recheckAfter, ...rest } = body;
  assert.deepEqual(rest, {
    activated: true,
    licenseName: 'Standard License',
    productName: 'My Tool',
    devicesUsed: 1,
    maxDevices: 1,
    serverTime: new Date(START).toISOString(),
  });
  assert.ok(recheckAfter > 20 * 3600 && recheckAfter <= 24 * 3600);
  assert.equal(decodeProtectedHeader(lease).typ, 'license+jwt');
  assert.ok(ActivateAnswer(body));
});

test('names the variant as text, and leaves it out where there is none', async () => {
  const { activate } = createTestServer();

  const withVariant = await activate(PURCHASES.withVariant.key, 'laptop');

  assert.equal(withVariant.body.variant, 'Windows');
});

test('says that a company license is unlimited', async () => {
  const { activate, status } = createTestServer();

  const { body } = await activate(PURCHASES.company.key, 'laptop');

  assert.equal(body.maxDevices, 'unlimited');
  assert.equal((await status(PURCHASES.company.key)).body.maxDevices, 'unlimited');
});

test('activating the same device again takes no second seat and asks nobody', async () => {
  const { activate, market } = createTestServer();
  await activate(KEY, 'laptop');

  const { status, body } = await activate(KEY, 'laptop');

  assert.equal(status, 200);
  assert.equal(body.devicesUsed, 1);
  assert.equal(market.callsFor(KEY), 1);
});

test('refuses the second device of a one-seat license with the sentence of the guide and the list of devices', async () => {
  const { activate } = createTestServer();
  await activate(KEY, 'laptop', { deviceLabel: 'Chrome on Mac' });

  const { status, body } = await activate(KEY, 'phone');

  assert.equal(status, 403);
  assert.equal(body.error, 'Seat limit reached (1). Deactivate a device first.');
  assert.equal(body.code, 'seat_limit_reached');
  assert.equal(body.retryable, false);
  assert.equal(body.currentDevices, 1);
  assert.equal(body.maxDevices, 1);
  assert.equal(body.devices.length, 1);
  assert.equal(body.devices[0].label, 'Chrome on Mac');
  assert.equal(body.devices[0].firstSeen, new Date(START).toISOString());
  assert.equal(body.devices[0].thisDevice, false);
});

test('never shows a device id', async () => {
  const { activate } = createTestServer();
  await activate(KEY, 'a-very-secret-device-id');

  const { body } = await activate(KEY, 'phone');

  assert.doesNotMatch(JSON.stringify(body), /a-very-secret-device-id/);
});

test('replaceDevice frees a seat and takes it in one step', async () => {
  const { activate } = createTestServer();
  await activate(KEY, 'laptop');
  const [device] = (await activate(KEY, 'phone')).body.devices;

  const replaced = await activate(KEY, 'phone', { replaceDevice: device.handle });
  const laptopAgain = await activate(KEY, 'laptop');

  assert.equal(replaced.status, 200);
  assert.equal(replaced.body.devicesUsed, 1);
  assert.equal(laptopAgain.body.code, 'seat_limit_reached');
});

test('replacing a device that has already gone just takes the free seat', async () => {
  const { activate, deactivate } = createTestServer();
  await activate(KEY, 'laptop');
  const [device] = (await activate(KEY, 'phone')).body.devices;
  await deactivate(KEY, { device: device.handle });

  const { status } = await activate(KEY, 'phone', { replaceDevice: device.handle });

  assert.equal(status, 200);
});

test('a key counts the same however it was pasted', async () => {
  const { activate, market } = createTestServer();
  await activate(KEY, 'laptop');

  const { status } = await activate(` {${KEY.toUpperCase().replaceAll('-', '–')}}\u200b`, 'laptop');

  assert.equal(status, 200);
  assert.equal(market.calls.length, 1);
});

test('text that holds no key is refused without asking, in the same words as an unknown key', async () => {
  const { activate, market } = createTestServer();
  const { requestId: _one, ...unknown } = (await activate(UNKNOWN_KEY, 'laptop')).body;

  const { status, body } = await activate(MALFORMED_KEY, 'laptop');

  const { requestId: _other, ...malformed } = body;
  assert.equal(status, 403);
  assert.deepEqual(malformed, unknown);
  assert.deepEqual(malformed, { error: 'Invalid license key', code: 'license_invalid', retryable: false });
  assert.equal(market.calls.length, 1);
});

test('refuses unknown, refunded, incomplete and foreign keys alike', async () => {
  const { activate } = createTestServer();

  const answers = await Promise.all(
    [UNKNOWN_KEY, PURCHASES.refunded.key, PURCHASES.incomplete.key, PURCHASES.otherProduct.key].map(
      async (key) => (await activate(key, 'laptop')).body.error,
    ),
  );

  assert.deepEqual(answers, Array(4).fill('Invalid license key'));
});

test('an order that was not complete yet can be activated a minute after it is', async () => {
  const { activate, market, clock } = createTestServer();
  const { key } = PURCHASES.incomplete;
  await activate(key, 'laptop');
  market.complete(key);
  const tooSoon = await activate(key, 'laptop');
  clock.advance(61_000);

  const { status } = await activate(key, 'laptop');

  assert.equal(tooSoon.status, 403);
  assert.equal(status, 200);
  assert.equal(market.callsFor(key), 2);
});

test('asks for licenseKey and deviceId in the words of the guide', async () => {
  const { post } = createTestServer();

  const answers = await Promise.all(
    [{}, { licenseKey: KEY }, { deviceId: 'laptop' }, { licenseKey: '', deviceId: 'laptop' }].map((body) =>
      post('/activate', body),
    ),
  );

  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.error, body.code]),
    answers.map(() => [400, 'licenseKey and deviceId required', 'invalid_request']),
  );
});

for (const [name, deviceId] of Object.entries({
  object: { id: 1 },
  array: ['laptop'],
  number: 7,
  true: true,
  null: null,
})) {
  test(`an id that is ${name} gets no seat`, async () => {
    const { post, status } = createTestServer();

    const reply = await post('/activate', { licenseKey: KEY, deviceId });

    assert.equal(reply.status, 400);
    assert.equal((await status(KEY)).body.activated, false);
  });
}

for (const licenseName of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
  test(`a license called ${licenseName} has one seat`, async () => {
    const { activate, market, log } = createTestServer();
    market.add({ ...PURCHASES.standard, key: UNKNOWN_KEY, licenseName });
    const first = await activate(UNKNOWN_KEY, 'laptop');

    const second = await activate(UNKNOWN_KEY, 'phone');

    assert.equal(first.body.maxDevices, 1);
    assert.equal(second.body.code, 'seat_limit_reached');
    assert.equal(log.filter((line) => line.includes('unknown_license_name')).length, 1);
  });
}

test('deactivating frees the seat for another device', async () => {
  const { activate, deactivate } = createTestServer();
  await activate(KEY, 'laptop');

  const { status, body } = await deactivate(KEY, { deviceId: 'laptop' });

  assert.equal(status, 200);
  assert.deepEqual(body, { deactivated: true });
  assert.equal((await activate(KEY, 'phone')).status, 200);
});

test('deactivating answers the same whether the key, the device or neither is known', async () => {
  const { activate, deactivate, market } = createTestServer();
  await activate(KEY, 'laptop');

  const answers = await Promise.all([
    deactivate(KEY, { deviceId: 'phone' }),
    deactivate(UNKNOWN_KEY, { deviceId: 'laptop' }),
    deactivate(MALFORMED_KEY, { deviceId: 'laptop' }),
    deactivate(KEY, { device: 'no-such-handle' }),
  ]);

  assert.deepEqual(
    answers.map(({ status, body }) => [status, body]),
    answers.map(() => [200, { deactivated: true }]),
  );
  assert.equal((await activate(KEY, 'phone')).body.code, 'seat_limit_reached');
  assert.equal(market.calls.length, 1);
});

test('a lease that was handed out is not handed out again after the device was deactivated', async () => {
  const { activate, deactivate, clock } = createTestServer();
  const first = await activate(KEY, 'laptop');
  const again = await activate(KEY, 'laptop');
  await deactivate(KEY, { deviceId: 'laptop' });
  clock.advance(1000);

  const afterwards = await activate(KEY, 'laptop');

  assert.equal(again.body.lease, first.body.lease);
  assert.notEqual(decodeJwt(afterwards.body.lease).jti, decodeJwt(first.body.lease).jti);
});

test('status reports the license, and its devices only to a device that holds a seat', async () => {
  const { activate, status } = createTestServer();
  const { key } = PURCHASES.team;
  await activate(key, 'laptop', { deviceLabel: 'Chrome on Mac' });
  await activate(key, 'phone');

  const bare = await status(key);
  const stranger = await status(key, { deviceId: 'stranger' });
  const owner = await status(key, { deviceId: 'laptop' });

  const summary = { activated: true, licenseName: 'Team License', devicesUsed: 2, maxDevices: 5 };
  assert.deepEqual(bare.body, summary);
  assert.deepEqual(stranger.body, summary);
  assert.deepEqual(
    owner.body.devices.map((device: { label: string; thisDevice: boolean }) => [
      device.label,
      device.thisDevice,
    ]),
    [
      ['Chrome on Mac', true],
      ['', false],
    ],
  );
  assert.ok(StatusAnswer(owner.body));
});

test('status knows nothing of keys that were never activated here, and asks nobody', async () => {
  const { status, market } = createTestServer();

  const answers = await Promise.all([KEY, UNKNOWN_KEY, MALFORMED_KEY].map((key) => status(key)));

  assert.deepEqual(
    answers.map(({ status: code, body }) => [code, body]),
    answers.map(() => [200, { activated: false }]),
  );
  assert.equal(market.calls.length, 0);
});

test('several products live side by side, each with its own seats and its own kind', async () => {
  const config = {
    products: {
      '/my-tool': { seats: { 'Standard License': 1 } },
      'games/my-game': { kind: 'game', seats: { 'Standard License': 3 } },
    },
  };
  const { activate, market } = createTestServer({ config });

  const tool = await activate(KEY, 'laptop', { product: 'software/my-tool' });
  const game = await activate(PURCHASES.game.key, 'laptop', { product: '/my-game' });

  assert.equal(tool.body.maxDevices, 1);
  assert.equal(game.body.maxDevices, 3);
  assert.deepEqual(
    market.calls.map(({ product }) => product),
    ['/my-tool', 'games/my-game'],
  );
});

test('a key of one product does not open another', async () => {
  const config = {
    products: {
      '/my-tool': { seats: { 'Standard License': 1 } },
      '/other-tool': { seats: { 'Standard License': 1 } },
    },
  };
  const { activate } = createTestServer({ config });
  await activate(KEY, 'laptop', { product: '/my-tool' });

  const { body } = await activate(KEY, 'laptop', { product: '/other-tool' });

  assert.equal(body.code, 'license_invalid');
});

test('says which products there are where none or a wrong one is named', async () => {
  const config = {
    products: { '/my-tool': { seats: SEATS_OF_ONE }, '/other-tool': { seats: SEATS_OF_ONE } },
  };
  const { activate, market } = createTestServer({ config });

  const none = await activate(KEY, 'laptop');
  const wrong = await activate(KEY, 'laptop', { product: '/no-such-tool' });

  assert.deepEqual([none.status, wrong.status], [400, 400]);
  assert.match(none.body.error, /\/my-tool, \/other-tool/);
  assert.equal(market.calls.length, 0);
});

const SEATS_OF_ONE = { 'Standard License': 1 };

test('a device unseen for thirty days gives way when somebody needs its seat', async () => {
  const { activate, clock } = createTestServer();
  await activate(KEY, 'laptop');
  clock.advance(29 * DAY_MS);
  const tooSoon = await activate(KEY, 'phone');
  clock.advance(DAY_MS);

  const { status, body } = await activate(KEY, 'phone');

  assert.equal(tooSoon.body.code, 'seat_limit_reached');
  assert.equal(status, 200);
  assert.equal(body.devicesUsed, 1);
});

test('a device that visits now and then keeps its seat', async () => {
  const { activate, clock } = createTestServer();
  await activate(KEY, 'laptop');
  clock.advance(20 * DAY_MS);
  await activate(KEY, 'laptop');
  clock.advance(20 * DAY_MS);

  const { body } = await activate(KEY, 'phone');

  assert.equal(body.code, 'seat_limit_reached');
});

test('the eleventh new device of a day is put off until tomorrow', async () => {
  const { activate, deactivate, clock } = createTestServer();
  for (const device of 'abcdefghij') {
    await activate(KEY, device);
    await deactivate(KEY, { deviceId: device });
  }
  clock.advance(HOUR_MS);

  const { status, body, headers } = await activate(KEY, 'k');
  clock.advance(23 * HOUR_MS);
  const tomorrow = await activate(KEY, 'k');

  assert.equal(status, 429);
  assert.equal(body.code, 'release_limit_reached');
  assert.equal(body.retryable, true);
  assert.equal(body.retryAfter, 23 * 3600);
  assert.equal(headers.get('retry-after'), String(23 * 3600));
  assert.equal(tomorrow.status, 200);
});

test('a lower tier keeps its devices and takes no new ones', async () => {
  const { activate, market, clock } = createTestServer();
  const { key } = PURCHASES.team;
  await activate(key, 'laptop');
  await activate(key, 'phone');
  market.add({ ...PURCHASES.team, licenseName: 'Standard License' });
  clock.advance(49 * HOUR_MS);

  const kept = await activate(key, 'laptop');
  const refused = await activate(key, 'tablet');

  assert.equal(kept.status, 200);
  assert.equal(kept.body.maxDevices, 1);
  assert.equal(kept.body.devicesUsed, 2);
  assert.equal(refused.body.code, 'seat_limit_reached');
});

test('is alive, is ready, and tells its numbers', async () => {
  const { server, activate } = createTestServer();
  await activate(KEY, 'laptop');

  const alive = await server.app.request('/healthz');
  const ready = await server.app.request('/readyz');
  const metrics = await (await server.app.request('/metrics')).text();

  assert.deepEqual([alive.status, ready.status], [200, 200]);
  assert.match(metrics, /^license_gate_answers_total\{route="\/activate",code="ok"\} 1$/m);
  assert.match(metrics, /^license_gate_marketplace_budget_left 26$/m);
});

test('is not ready when it has been retired, and goes on serving', async () => {
  const { server, activate } = createTestServer();
  server.retire();

  const ready = await server.app.request('/readyz');

  assert.equal(ready.status, 503);
  assert.equal((await activate(KEY, 'laptop')).status, 200);
});
