import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { RefusalAnswer } from '../../src/protocol/index.ts';
import { createMemoryStore } from '../../src/server/index.ts';
import { PURCHASES } from '../../src/testing/index.ts';
import { claimsFor, createDeviceKey, type DeviceKey } from '../support/device-key.ts';
import { STORES } from '../support/stores.ts';
import { MINUTE_MS, START, createTestServer, type TestOptions } from './support.ts';

const KEY = PURCHASES.standard.key;
const LAPTOP = { licenseKey: KEY, deviceId: 'laptop' };
const REQUIRED = { products: { '/my-tool': { seats: { 'Standard License': 1 }, deviceProof: 'required' } } };

/** A server on which the laptop holds the only seat, bound to its key. */
async function createBoundSeat(options?: TestOptions) {
  const server = createTestServer(options);
  const device = await createDeviceKey();
  const first = await server.activate(KEY, 'laptop', { proof: await device.prove('/activate', LAPTOP) });
  assert.equal(first.status, 200);
  /** Activates the laptop with whatever is passed for its proof. */
  const activateWith = (proof: unknown) => server.activate(KEY, 'laptop', { proof });
  return { ...server, device, first, activateWith };
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

for (const [name, createStore] of Object.entries(STORES)) {
  describe(`a seat in ${name} that is bound to a key`, () => {
    test('is for the device that proves the key, and its lease names the key', async (t) => {
      const { server, device, first, activateWith } = await createBoundSeat({ store: await createStore() });
      t.after(() => server.close());

      const again = await activateWith(await device.prove('/activate', LAPTOP));

      assert.equal(again.status, 200);
      assert.equal(again.body.devicesUsed, 1);
      assert.deepEqual(decodeJwt(first.body.lease).cnf, { jkt: device.thumbprint });
    });

    test('is not for who copied the device id, with another key or with none', async (t) => {
      const { server, activate, activateWith } = await createBoundSeat({ store: await createStore() });
      t.after(() => server.close());
      const other = await createDeviceKey();

      const without = await activate(KEY, 'laptop');
      const withOther = await activateWith(await other.prove('/activate', LAPTOP));

      for (const { status, body } of [without, withOther]) {
        assert.equal(status, 403);
        assert.equal(body.code, 'proof_required');
        assert.equal(body.lease, undefined);
      }
    });

    test('takes no proof twice', async (t) => {
      const { server, device, activateWith } = await createBoundSeat({ store: await createStore() });
      t.after(() => server.close());
      const proof = await device.prove('/activate', LAPTOP);

      const answers = await Promise.all([activateWith(proof), activateWith(proof), activateWith(proof)]);

      assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 400, 400]);
    });
  });
}

const FORGERIES: Readonly<Record<string, (device: DeviceKey) => Promise<string> | string>> = {
  'is not a token at all': () => 'proof',
  'has an empty signature': async (device) =>
    `${(await device.prove('/activate', LAPTOP)).split('.').slice(0, 2).join('.')}.`,
  'says that it needs no signature': ({ jwk }) =>
    `${part({ alg: 'none', typ: 'dpop+jwt', jwk })}.${part(claimsFor('/activate', LAPTOP))}.`,
  'is signed with the public key as if it were a password': ({ jwk }) => {
    const signed = `${part({ alg: 'HS256', typ: 'dpop+jwt', jwk })}.${part(claimsFor('/activate', LAPTOP))}`;
    return `${signed}.${createHmac('sha256', JSON.stringify(jwk)).update(signed).digest('base64url')}`;
  },
  'brings a password along as its key': () => {
    const jwk = { kty: 'oct', k: part('password') };
    const signed = `${part({ alg: 'HS256', typ: 'dpop+jwt', jwk })}.${part(claimsFor('/activate', LAPTOP))}`;
    return `${signed}.${createHmac('sha256', part('password')).update(signed).digest('base64url')}`;
  },
  'is signed with RSA': async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    return new SignJWT(claimsFor('/activate', LAPTOP))
      .setProtectedHeader({ alg: 'RS256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .sign(privateKey);
  },
  'shows the key of the seat and is signed with another': async ({ jwk }) =>
    (await createDeviceKey()).prove('/activate', LAPTOP, {}, { jwk }),
  'was altered after it was signed': async (device) => {
    const [head, , signature] = (await device.prove('/activate', LAPTOP)).split('.');
    return `${head}.${part(claimsFor('/activate', LAPTOP))}.${signature}`;
  },
  'shows no key': (device) => device.prove('/activate', LAPTOP, {}, { jwk: undefined }),
  'shows a private key': async (device) =>
    device.prove('/activate', LAPTOP, {}, { jwk: await exportJWK(device.privateKey) }),
  'shows a key with more in it than a key': (device) =>
    device.prove('/activate', LAPTOP, {}, { jwk: { ...device.jwk, x5u: 'https://evil.example' } }),
  'shows an oversized key': (device) =>
    device.prove('/activate', LAPTOP, {}, { jwk: { ...device.jwk, x: 'A'.repeat(600) } }),
  'shows a point that is on no curve': (device) =>
    device.prove('/activate', LAPTOP, {}, { jwk: { ...device.jwk, x: device.jwk.y } }),
  'is another kind of token': (device) => device.prove('/activate', LAPTOP, {}, { typ: 'JWT' }),
  'asks for an extension that must be understood': ({ jwk, privateKey }) =>
    new SignJWT(claimsFor('/activate', LAPTOP))
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, crit: ['novelty'], novelty: 1 })
      .sign(privateKey, { crit: { novelty: true } }),
  'is for another method': (device) => device.prove('/activate', LAPTOP, { htm: 'GET' }),
  'is for another call': (device) => device.prove('/deactivate', LAPTOP),
  'is for no address': (device) => device.prove('/activate', LAPTOP, { htu: '/activate' }),
  'is for another license': (device) =>
    device.prove('/activate', { ...LAPTOP, licenseKey: PURCHASES.team.key }),
  'is for another device': (device) => device.prove('/activate', { ...LAPTOP, deviceId: 'phone' }),
  'is for another product': (device) => device.prove('/activate', { ...LAPTOP, product: 'my-tool' }),
  'would replace a device': (device) => device.prove('/activate', { ...LAPTOP, replaceDevice: 'handle' }),
  'says nothing about the request': (device) => device.prove('/activate', LAPTOP, { req: undefined }),
  'is over two minutes old': (device) => device.prove('/activate', LAPTOP, { iat: START / 1000 - 121 }),
  'is from over two minutes ahead': (device) =>
    device.prove('/activate', LAPTOP, { iat: START / 1000 + 121 }),
  'is from a clock that is ten years late': (device) =>
    device.prove('/activate', LAPTOP, { iat: START / 1000 - 315_360_000 }),
  'says no time': (device) => device.prove('/activate', LAPTOP, { iat: undefined }),
  'says a time that is no number': (device) =>
    device.prove('/activate', LAPTOP, { iat: String(START / 1000) }),
  'has no name': (device) => device.prove('/activate', LAPTOP, { jti: undefined }),
  'has a name that could be guessed': (device) => device.prove('/activate', LAPTOP, { jti: '1' }),
  'has a name that fills the database': (device) =>
    device.prove('/activate', LAPTOP, { jti: 'x'.repeat(65) }),
};

for (const [what, forge] of Object.entries(FORGERIES)) {
  test(`refuses a proof that ${what}, and tells the time`, async () => {
    const { device, activateWith } = await createBoundSeat();

    const { status, body } = await activateWith(await forge(device));

    assert.equal(status, 400);
    assert.equal(body.code, 'proof_invalid');
    assert.equal(RefusalAnswer(body)?.serverTime, new Date(START).toISOString());
  });
}

test('refuses a proof that is longer than any, before it is read', async () => {
  const { device, activateWith } = await createBoundSeat();

  const { status, body } = await activateWith(
    await device.prove('/activate', LAPTOP, { more: 'x'.repeat(2000) }),
  );

  assert.equal(status, 400);
  assert.equal(body.code, 'invalid_request');
});

test('a bad proof is refused for a seat that needs none, too: nobody believes to be protected who is not', async () => {
  const { activate } = createTestServer();
  await activate(KEY, 'laptop');

  const { body } = await activate(KEY, 'laptop', { proof: 'proof' });

  assert.equal(body.code, 'proof_invalid');
});

test('says in the log what was wrong with a proof, and nothing of what was in it', async () => {
  const { device, activateWith, log } = await createBoundSeat();
  const proof = await device.prove('/activate', LAPTOP, { htu: 'https://elsewhere.example/status' });

  await activateWith(proof);

  const lines = log.filter((line) => line.includes('proof_refused')).map((line) => JSON.parse(line));
  assert.deepEqual(lines, [{ level: 'info', event: 'proof_refused', flaw: 'other_url', path: '/activate' }]);
  assert.ok(!log.join().includes(proof) && !log.join().includes('elsewhere.example'));
});

test('forgets a proof when its time is over, since it would be refused for that', async () => {
  const store = createMemoryStore();
  const { device, clock, activateWith } = await createBoundSeat({ store });
  const proof = await device.prove('/activate', LAPTOP);
  const { jti } = decodeJwt(proof);
  await activateWith(proof);
  const name = `proof ${device.thumbprint} ${jti}`;

  const kept = await store.findNote(name, clock.now() + 2 * MINUTE_MS);
  const later = await store.findNote(name, clock.now() + 4 * MINUTE_MS);

  assert.deepEqual([kept, later], ['', undefined]);
});

test('keeps nothing of a proof for a key that nobody bought', async () => {
  const store = createMemoryStore();
  const { activate } = createTestServer({ store });
  const device = await createDeviceKey();
  const licenseKey = crypto.randomUUID();
  const proof = await device.prove('/activate', { licenseKey, deviceId: 'laptop' });

  const { body } = await activate(licenseKey, 'laptop', { proof });

  assert.equal(body.code, 'license_invalid');
  const { jti } = decodeJwt(proof);
  assert.equal(await store.findNote(`proof ${device.thumbprint} ${jti}`, START), undefined);
});

test('a seat from before is bound to the first key that is proved for it, and counted once', async () => {
  const { activate } = createTestServer();
  const device = await createDeviceKey();
  await activate(KEY, 'laptop', { deviceLabel: 'Chrome on Mac' });

  const bound = await activate(KEY, 'laptop', { proof: await device.prove('/activate', LAPTOP) });
  const copy = await activate(KEY, 'laptop');

  assert.equal(bound.body.devicesUsed, 1);
  assert.deepEqual(decodeJwt(bound.body.lease).cnf, { jkt: device.thumbprint });
  assert.equal(copy.body.code, 'proof_required');
});

test('who copied the device id gets a seat as another device where one is free, and else the list', async () => {
  const { activate } = await createBoundSeat();

  const { body } = await activate(KEY, 'copy');

  assert.equal(body.code, 'seat_limit_reached');
  assert.equal(body.devices.length, 1);
});

test('of two keys that are proved for a new device at once, one gets the seat', async () => {
  const { activate } = createTestServer();
  const devices = await Promise.all(Array.from({ length: 8 }, createDeviceKey));

  const answers = await Promise.all(
    devices.map(async (device) =>
      activate(KEY, 'laptop', { proof: await device.prove('/activate', LAPTOP) }),
    ),
  );

  assert.deepEqual(answers.map(({ body }) => body.code ?? 'activated').toSorted(), [
    'activated',
    ...Array.from({ length: 7 }, () => 'proof_required'),
  ]);
});

test('gives a bound seat back only with a proof, or by its handle', async () => {
  const { deactivate, device, store, first } = await createBoundSeat();
  const { sub = '', dev } = decodeJwt<{ dev: string }>(first.body.lease);
  const isSeated = async () => (await store.findSeat(sub, dev)) !== undefined;
  const proof = await device.prove('/deactivate', LAPTOP);

  const copy = await deactivate(KEY, { deviceId: 'laptop' });
  const afterCopy = await isSeated();
  const owner = await deactivate(KEY, { deviceId: 'laptop', proof });

  assert.equal(copy.body.code, 'proof_required');
  assert.equal(afterCopy, true);
  assert.deepEqual(owner.body, { deactivated: true });
  assert.equal(await isSeated(), false);
});

test('frees a bound seat by its handle, without a proof', async () => {
  const { deactivate, activate, first } = await createBoundSeat();
  const { dev } = decodeJwt<{ dev: string }>(first.body.lease);

  const { body } = await deactivate(KEY, { device: dev });

  assert.deepEqual(body, { deactivated: true });
  assert.equal((await activate(KEY, 'phone')).status, 200);
});

test('lists the devices to a bound device only with a proof', async () => {
  const { status, device } = await createBoundSeat();

  const copy = await status(KEY, { deviceId: 'laptop' });
  const owner = await status(KEY, { deviceId: 'laptop', proof: await device.prove('/status', LAPTOP) });
  const broken = await status(KEY, { deviceId: 'laptop', proof: 'proof' });

  assert.equal(copy.body.devices, undefined);
  assert.equal(copy.body.activated, true);
  assert.equal(owner.body.devices[0].thisDevice, true);
  assert.equal(broken.body.code, 'proof_invalid');
});

test('a product that requires proofs gives no seat without one, and says so after what it says of the license', async () => {
  const { activate } = createTestServer({ config: REQUIRED });
  const device = await createDeviceKey();

  const without = await activate(KEY, 'laptop');
  const unknown = await activate(crypto.randomUUID(), 'laptop');
  const proven = await activate(KEY, 'laptop', { proof: await device.prove('/activate', LAPTOP) });

  assert.equal(without.status, 403);
  assert.equal(without.body.code, 'proof_required');
  assert.equal(without.body.retryable, false);
  assert.equal(unknown.body.code, 'license_invalid');
  assert.equal(proven.status, 200);
});

test('where a seat was given before proofs were required, its device keeps it by proving a key', async () => {
  const store = createMemoryStore();
  const before = createTestServer({ store });
  await before.activate(KEY, 'laptop');
  const after = createTestServer({ store, config: REQUIRED });
  const device = await createDeviceKey();

  const without = await after.activate(KEY, 'laptop');
  const proven = await after.activate(KEY, 'laptop', { proof: await device.prove('/activate', LAPTOP) });

  assert.equal(without.body.code, 'proof_required');
  assert.equal(proven.body.devicesUsed, 1);
});

describe('where the configuration names the public URL', () => {
  const config = { publicUrl: 'https://licenses.example.com/v1/' };
  const activateAt = async (htu: string, more: object = {}) => {
    const { activate } = createTestServer({ config: { ...config, ...more } });
    const device = await createDeviceKey();
    const { status } = await activate(KEY, 'laptop', {
      proof: await device.prove('/activate', LAPTOP, { htu }),
    });
    return status;
  };

  test('a proof has to be for it, or for a page that passes requests on', async () => {
    assert.equal(await activateAt('https://licenses.example.com/v1/activate'), 200);
    assert.equal(await activateAt('https://app.example.com/license/activate'), 200);
    assert.equal(await activateAt('https://elsewhere.example/activate'), 400);
    assert.equal(await activateAt('https://licenses.example.com.evil.example/activate'), 400);
  });

  test('any origin will do where every page may use the server', async () => {
    assert.equal(await activateAt('https://elsewhere.example/activate', { allowedOrigins: ['*'] }), 200);
  });
});

test('whatever is sent as a proof, the answer is a refusal and the seat stays as it was', async () => {
  const { device, activateWith } = await createBoundSeat();
  const piece = fc.oneof(
    fc.string(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
  );
  const proof = fc.tuple(piece, piece, piece).map((pieces) => pieces.join('.'));

  await fc.assert(
    fc.asyncProperty(proof, async (sent) => {
      const { status } = await activateWith(sent);
      assert.equal(status, 400);
    }),
    { numRuns: 200 },
  );

  const { status } = await activateWith(await device.prove('/activate', LAPTOP));
  assert.equal(status, 200);
});
