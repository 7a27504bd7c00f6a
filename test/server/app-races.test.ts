// Many at once: seats are never oversold, and the marketplace is asked once. On every store, over and over.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PURCHASES } from '../../src/testing/index.ts';
import { STORES } from '../support/stores.ts';
import { MINUTE_MS, createTestServer, type Reply } from './support.ts';

const ROUNDS = 60;
const DEVICES = Array.from({ length: 50 }, (_, number) => `device-${number}`);

const codes = (replies: readonly Reply[]) => {
  const seated = replies.filter(({ status }) => status === 200).length;
  const full = replies.filter(({ body }) => body.code === 'seat_limit_reached').length;
  return { seated, full };
};

for (const [name, createStore] of Object.entries(STORES)) {
  for (const [purchase, seats] of [
    [PURCHASES.standard, 1],
    [PURCHASES.team, 5],
  ] as const) {
    test(`50 devices racing for ${seats} seats of a new key on ${name} give exactly ${seats}, ${ROUNDS} times`, async () => {
      const { server, activate, status, market, clock } = createTestServer({ store: await createStore() });
      for (let round = 0; round < ROUNDS; round += 1) {
        const key = crypto.randomUUID();
        market.add({ ...purchase, key });
        clock.advance(MINUTE_MS);

        const replies = await Promise.all(DEVICES.map((device) => activate(key, device)));

        assert.deepEqual(codes(replies), { seated: seats, full: 50 - seats });
        assert.equal((await status(key)).body.devicesUsed, seats);
        assert.equal(market.callsFor(key), 1);
      }
      await server.close();
    });
  }

  test(`500 first activations of one key at once on ${name} ask the marketplace once`, async () => {
    const { server, activate, market } = createTestServer({ store: await createStore() });

    const replies = await Promise.all(
      Array.from({ length: 500 }, (_, number) => activate(PURCHASES.company.key, `device-${number}`)),
    );

    assert.equal(replies.filter(({ status }) => status === 200).length, 500);
    assert.equal(market.calls.length, 1);
    await server.close();
  });

  test(`50 devices that each replace the same device on ${name} leave one of them`, async () => {
    const { server, activate, status } = createTestServer({ store: await createStore() });
    const { key } = PURCHASES.standard;
    await activate(key, 'laptop');
    const [{ handle }] = (await activate(key, 'phone')).body.devices;

    const replies = await Promise.all(
      DEVICES.map((device) => activate(key, device, { replaceDevice: handle })),
    );

    assert.deepEqual(codes(replies), { seated: 1, full: 49 });
    assert.equal((await status(key)).body.devicesUsed, 1);
    await server.close();
  });

  test(`the same device 50 times at once on ${name} takes one seat`, async () => {
    const { server, activate, status } = createTestServer({ store: await createStore() });

    const replies = await Promise.all(DEVICES.map(() => activate(PURCHASES.team.key, 'laptop')));

    assert.deepEqual(codes(replies), { seated: 50, full: 0 });
    assert.equal((await status(PURCHASES.team.key)).body.devicesUsed, 1);
    await server.close();
  });
}
