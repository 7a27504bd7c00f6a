import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { exportJWK, exportSPKI, importJWK, type CryptoKey } from 'jose';
import { createLeaseVerifier, LEASE_REFUSAL_REASONS } from '../../src/lease/index.ts';
import { rotateSigningKeys } from '../../src/server/index.ts';
import { PURCHASES } from '../../src/testing/index.ts';
import { createDeviceKey } from '../support/device-key.ts';
import { configOf, DAY_MS, MINUTE_MS, START } from '../server/support.ts';
import { CLAIMS, createBackEnd, createSigner, decode, encode } from './support.ts';

const SECOND_MS = 1000;

describe('a lease of the license server', () => {
  test('says which license, tier and device it is for, and until when', async () => {
    const backEnd = createBackEnd();

    const outcome = await backEnd.verifier().verify(await backEnd.lease());

    assert.ok(outcome.ok);
    const { licenseId, device, id, ...rest } = outcome.lease;
    assert.match(licenseId, /^[\da-f-]{36}$/);
    assert.match(device, /^[\w-]{22}$/);
    assert.match(id ?? '', /^[\da-f-]{36}$/);
    assert.deepEqual(rest, {
      product: 'my-tool',
      licenseName: 'Team License',
      variant: undefined,
      deviceKey: undefined,
      expiresAt: new Date(START + DAY_MS),
      graceUntil: new Date(START + 7 * DAY_MS),
    });
  });

  test('names the key that the device has proved', async () => {
    const backEnd = createBackEnd();
    const device = await createDeviceKey();
    const { body } = await backEnd.activate(PURCHASES.team.key, 'laptop', {
      proof: await device.prove('/activate', { licenseKey: PURCHASES.team.key, deviceId: 'laptop' }),
    });

    const outcome = await backEnd.verifier().verify(body.lease);

    assert.equal(outcome.ok && outcome.lease.deviceKey, device.thumbprint);
  });

  test('counts when it is signed with Ed25519, too', async () => {
    const backEnd = createBackEnd({ config: { lease: { algorithm: 'Ed25519' } } });

    const outcome = await backEnd.verifier().verify(await backEnd.lease());

    assert.equal(outcome.ok, true);
  });

  test('may come as an Authorization header', async () => {
    const backEnd = createBackEnd();
    const verifier = backEnd.verifier();
    const lease = await backEnd.lease();

    const outcomes = [
      await verifier.verify(`Bearer ${lease}`),
      await verifier.verify(`bearer  ${lease} `),
      await verifier.verify(lease),
    ];

    assert.deepEqual(
      outcomes.map(({ ok }) => ok),
      [true, true, true],
    );
  });

  test('counts 59 seconds after its end, as clocks differ, and 61 seconds after it no more', async () => {
    const backEnd = createBackEnd();
    const verifier = backEnd.verifier();
    const lease = await backEnd.lease();

    backEnd.clock.advance(DAY_MS + 59 * SECOND_MS);
    const before = await verifier.verify(lease);
    backEnd.clock.advance(2 * SECOND_MS);
    const after = await verifier.verify(lease);

    assert.equal(before.ok, true);
    assert.equal(!after.ok && after.reason, 'expired');
  });

  test('counts where the clock is 59 seconds behind, and 61 seconds behind no more', async () => {
    const backEnd = createBackEnd();
    const lease = await backEnd.lease();

    const near = await backEnd.verifier({ now: () => START - 59 * SECOND_MS }).verify(lease);
    const far = await backEnd.verifier({ now: () => START - 61 * SECOND_MS }).verify(lease);

    assert.equal(near.ok, true);
    assert.equal(!far.ok && far.reason, 'not_yet_valid');
  });

  test('is refused for another product, also where one server and one key serve both', async () => {
    const seats = { 'Team License': 5 };
    const backEnd = createBackEnd({ config: { products: { '/my-tool': { seats }, '/my-game': { seats } } } });
    const { body } = await backEnd.activate(PURCHASES.team.key, 'laptop', { product: '/my-tool' });

    const foreign = await backEnd.verifier({ product: '/my-game' }).verify(body.lease);
    const both = await backEnd.verifier({ product: ['my-game', 'software/my-tool'] }).verify(body.lease);

    assert.equal(!foreign.ok && foreign.reason, 'other_product');
    assert.equal(both.ok, true);
  });

  test('is refused where another issuer is asked for', async () => {
    const backEnd = createBackEnd({ config: { publicUrl: 'https://licenses.example.com' } });
    const lease = await backEnd.lease();

    const ours = await backEnd.verifier({ issuer: 'https://licenses.example.com' }).verify(lease);
    const other = await backEnd.verifier({ issuer: 'https://other.example.com' }).verify(lease);

    assert.equal(ours.ok, true);
    assert.equal(!other.ok && other.reason, 'other_issuer');
  });

  test('is refused where its algorithm is not wanted', async () => {
    const backEnd = createBackEnd();

    const outcome = await backEnd.verifier({ algorithms: ['Ed25519'] }).verify(await backEnd.lease());

    assert.equal(!outcome.ok && outcome.reason, 'wrong_algorithm');
  });
});

describe('a forgery', () => {
  test('is refused when any part of a lease was altered', async () => {
    const backEnd = createBackEnd();
    const verifier = backEnd.verifier();
    const [head = '', body = '', signature = ''] = (await backEnd.lease()).split('.');
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;

    const outcomes = [
      await verifier.verify(`${head}.${encode({ ...decode(body), tier: 'Company License' })}.${signature}`),
      await verifier.verify(`${head}.${encode({ ...decode(body), exp: 9_999_999_999 })}.${signature}`),
      await verifier.verify(`${encode({ ...decode(head), extra: 1 })}.${body}.${signature}`),
      await verifier.verify(`${head}.${body}.${flipped}`),
      await verifier.verify(`${head}.${body}.`),
    ];

    assert.deepEqual(
      outcomes.map((outcome) => !outcome.ok && outcome.reason),
      ['bad_signature', 'bad_signature', 'bad_signature', 'bad_signature', 'bad_signature'],
    );
  });

  test('is refused without a signature: alg none, however it is spelt', async () => {
    const { jwks } = await createSigner();
    const verifier = createLeaseVerifier({ jwks, product: 'my-tool', now: () => START });

    for (const alg of ['none', 'None', 'NONE', '', undefined, null, 1, ['ES256']]) {
      const unsigned = `${encode({ alg, kid: 'key-1', typ: 'license+jwt' })}.${encode(CLAIMS)}.`;
      const outcome = await verifier.verify(unsigned);
      assert.equal(!outcome.ok && outcome.reason, 'wrong_algorithm', `alg ${JSON.stringify(alg)}`);
    }
  });

  test('is refused when the public key was taken for an HMAC secret', async () => {
    const { jwks, publicKey } = await createSigner();
    const verifier = createLeaseVerifier({ jwks, product: 'my-tool', now: () => START });
    const spki = await exportSPKI((await importJWK(publicKey, 'ES256', { extractable: true })) as CryptoKey);

    for (const secret of [spki, JSON.stringify(publicKey), publicKey.x ?? '']) {
      const signed = `${encode({ alg: 'HS256', kid: 'key-1', typ: 'license+jwt' })}.${encode(CLAIMS)}`;
      const mac = createHmac('sha256', secret).update(signed).digest('base64url');
      const outcome = await verifier.verify(`${signed}.${mac}`);
      assert.equal(!outcome.ok && outcome.reason, 'wrong_algorithm');
    }
  });

  test('is refused when it brings its own key, as jwk, jku or x5u', async () => {
    const backEnd = createBackEnd();
    const mallory = await createSigner();
    const genuine = decode((await backEnd.lease()).split('.')[0]);
    const headers = [
      { jwk: mallory.publicKey },
      { jku: 'https://mallory.example.com/jwks.json' },
      { x5u: 'https://mallory.example.com/cert.pem' },
      { jwk: mallory.publicKey, kid: genuine.kid },
      { kid: genuine.kid },
    ];

    const reasons = [];
    for (const header of headers) {
      const outcome = await backEnd.verifier().verify(await mallory.sign({}, header));
      reasons.push(!outcome.ok && outcome.reason);
    }

    assert.deepEqual(reasons, [
      'unknown_key',
      'unknown_key',
      'unknown_key',
      'bad_signature',
      'bad_signature',
    ]);
    assert.ok(backEnd.requests.every((url) => url === 'https://licenses.example.com/.well-known/jwks.json'));
  });

  test('is refused when it is a token of another kind, signed with the right key', async () => {
    const { jwks, sign } = await createSigner();
    const verifier = createLeaseVerifier({ jwks, product: 'my-tool', now: () => START });

    for (const typ of ['JWT', 'at+jwt', 'LICENSE+JWT', '', undefined, null, 1]) {
      const outcome = await verifier.verify(await sign({}, { typ }));
      assert.equal(!outcome.ok && outcome.reason, 'wrong_type', `typ ${JSON.stringify(typ)}`);
    }
  });

  test('is refused when it asks for an extension that nobody knows', async () => {
    const { jwks, key } = await createSigner();
    const verifier = createLeaseVerifier({ jwks, product: 'my-tool', now: () => START });
    const signed = `${encode({ alg: 'ES256', kid: 'key-1', typ: 'license+jwt', crit: ['exp'], exp: 1 })}.${encode(CLAIMS)}`;
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      key,
      new TextEncoder().encode(signed),
    );

    const outcome = await verifier.verify(`${signed}.${Buffer.from(signature).toString('base64url')}`);

    assert.equal(!outcome.ok && outcome.reason, 'malformed');
  });

  test('is refused when something is missing that a lease has', async () => {
    const { jwks, sign } = await createSigner();
    const verifier = createLeaseVerifier({ jwks, product: 'my-tool', now: () => START });

    for (const claim of ['exp', 'aud', 'sub', 'dev', 'tier']) {
      const outcome = await verifier.verify(await sign({ [claim]: undefined }));
      assert.equal(!outcome.ok && outcome.reason, 'malformed', claim);
    }
    const whole = await verifier.verify(await sign());
    assert.equal(whole.ok, true);
  });

  test('is refused when it names no key', async () => {
    const { jwks, sign } = await createSigner();
    const verifier = createLeaseVerifier({ jwks, product: 'my-tool', now: () => START });

    for (const kid of [undefined, null, 1, ['key-1'], 'constructor', '']) {
      const outcome = await verifier.verify(await sign({}, { kid }));
      assert.equal(!outcome.ok && outcome.reason, 'unknown_key', `kid ${JSON.stringify(kid)}`);
    }
  });

  test('is refused whatever it is, and never an exception', async () => {
    const { jwks, sign } = await createSigner();
    const verifier = createLeaseVerifier({ jwks, product: 'my-tool', now: () => START });
    const lease = await sign();
    const part = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json().map((json) => Buffer.from(json).toString('base64url')),
    );
    const garbage = fc.oneof(
      fc.string(),
      fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('.')),
      fc
        .json()
        .map((json) => `${Buffer.from(json).toString('base64url')}.${lease.split('.').slice(1).join('.')}`),
      fc.nat(lease.length - 1).map((at) => lease.slice(0, at)),
    );

    await fc.assert(
      fc.asyncProperty(garbage, async (sent) => {
        const outcome = await verifier.verify(sent);
        assert.ok(!outcome.ok && LEASE_REFUSAL_REASONS.includes(outcome.reason));
      }),
      { numRuns: 1000 },
    );
  });

  test('is refused unread when it is huge', async () => {
    const { jwks, sign } = await createSigner();
    const verifier = createLeaseVerifier({ jwks, product: 'my-tool', now: () => START });

    const huge = await verifier.verify(await sign({ tier: 'x'.repeat(10_000) }));

    assert.equal(!huge.ok && huge.reason, 'malformed');
  });
});

test('nothing, an empty header and a bare scheme are a missing lease', async () => {
  const { jwks } = await createSigner();
  const verifier = createLeaseVerifier({ jwks, product: 'my-tool' });

  for (const sent of [undefined, null, '', '  ', 'Bearer', 'Bearer ', 42 as never]) {
    const outcome = await verifier.verify(sent);
    assert.equal(!outcome.ok && outcome.reason, 'missing', String(sent));
  }
});

test('a refusal says what to answer, and a sentence for people', async () => {
  const { jwks } = await createSigner();

  const outcome = await createLeaseVerifier({ jwks, product: 'my-tool' }).verify('Basic abc');

  assert.deepEqual(outcome, {
    ok: false,
    reason: 'malformed',
    status: 401,
    message: 'What was sent is not a lease.',
  });
});

test('does not verify with a private key that was put among the public ones', async () => {
  const { key, sign } = await createSigner();
  const jwks = { keys: [{ ...(await exportJWK(key)), kid: 'key-1', alg: 'ES256' }] };

  const outcome = await createLeaseVerifier({ jwks, product: 'my-tool' }).verify(await sign());

  assert.equal(!outcome.ok && outcome.reason, 'unknown_key');
});

test('says at once which option makes no sense', () => {
  const server = 'https://licenses.example.com';

  assert.throws(() => createLeaseVerifier({ server, product: 'my tool!' }), /"my tool!" is no slug/);
  assert.throws(() => createLeaseVerifier({ server, product: [] }), /product is needed/);
  assert.throws(() => createLeaseVerifier({ server } as never), /is no slug/);
  assert.throws(
    () => createLeaseVerifier({ product: '/my-tool' } as never),
    /server, jwksUrl or jwks is needed/,
  );
  assert.throws(() => createLeaseVerifier({ server: 'licenses', product: 'a' }), TypeError);
  assert.throws(() => createLeaseVerifier({ server: 'file:///keys', product: 'a' }), TypeError);
  assert.throws(() => createLeaseVerifier({ jwks: {} as never, product: 'a' }));
});

test('a lease signed before a rotation counts until its end, and one signed after it at once', async () => {
  const backEnd = createBackEnd();
  const verifier = backEnd.verifier();
  const before = await backEnd.lease();
  await verifier.verify(before);

  const rotation = { store: backEnd.store, rules: configOf().lease, now: START, how: 'safely' } as const;
  await rotateSigningKeys(rotation);
  backEnd.clock.advance(MINUTE_MS);
  const after = await backEnd.lease('phone');
  const requestsBefore = backEnd.requests.length;
  const known = await verifier.verify(after);
  backEnd.clock.advance(DAY_MS - 2 * MINUTE_MS);
  const old = await verifier.verify(before);

  assert.equal(known.ok, true);
  assert.equal(requestsBefore, 1);
  assert.equal(old.ok, true);
  assert.notEqual(decode(before.split('.')[0]).kid, decode(after.split('.')[0]).kid);
});
