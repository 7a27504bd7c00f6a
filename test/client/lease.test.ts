import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT, UnsecuredJWT, calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { readLease, verifyLease, type KeySet } from '../../src/client/lease.ts';

const DEVICE = 'd0d0d0d0-0000-4000-8000-000000000001';
const SUBJECT = 'license-7f3a';
const expected = { deviceId: DEVICE, product: 'my-tool' };

const handleOf = (deviceId: string) =>
  createHash('sha256').update(`${SUBJECT}.${deviceId}`).digest('base64url').slice(0, 22);

async function signer(alg: 'ES256' | 'Ed25519') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const keySet = { keys: [{ ...jwk, kid, alg, use: 'sig' }] } as KeySet;
  const sign = (claims: object = {}, header: object = {}) =>
    new SignJWT({ dev: handleOf(DEVICE), grace_until: 2e9, tier: 'Team License', ...claims })
      .setProtectedHeader({ alg, kid, typ: 'license+jwt', ...header })
      .setIssuer('https://licenses.example.com')
      .setAudience('my-tool')
      .setSubject(SUBJECT)
      .setIssuedAt(1_795_000_000)
      .setExpirationTime(1_795_086_400)
      .sign(privateKey);
  return { keySet, kid, jwk, sign };
}

for (const alg of ['ES256', 'Ed25519'] as const) {
  test(`trusts a lease that a pinned ${alg} key signed for this device and product`, async () => {
    const { keySet, sign } = await signer(alg);

    assert.deepEqual(await verifyLease(await sign(), keySet, expected), {
      aud: 'my-tool',
      sub: SUBJECT,
      dev: handleOf(DEVICE),
      iat: 1_795_000_000,
      exp: 1_795_086_400,
      grace_until: 2e9,
      tier: 'Team License',
    });
  });

  test(`refuses a lease of which ${alg} signed another wording`, async () => {
    const { keySet, sign } = await signer(alg);
    const [head, , signature] = (await sign()).split('.');
    const [, body] = (await sign({ tier: 'Company License' })).split('.');

    assert.equal(await verifyLease(`${head}.${body}.${signature}`, keySet, expected), undefined);
  });

  test(`refuses a lease whose ${alg} signature is cut off or missing`, async () => {
    const { keySet, sign } = await signer(alg);
    const lease = await sign();

    assert.equal(await verifyLease(lease.slice(0, -4), keySet, expected), undefined);
    assert.equal(await verifyLease(lease.slice(0, lease.lastIndexOf('.') + 1), keySet, expected), undefined);
  });
}

test('finds the key among several, current and next', async () => {
  const old = await signer('ES256');
  const next = await signer('Ed25519');
  const keySet = { keys: [...old.keySet.keys, ...next.keySet.keys] };

  assert.equal((await verifyLease(await old.sign(), keySet, expected))?.sub, SUBJECT);
  assert.equal((await verifyLease(await next.sign(), keySet, expected))?.sub, SUBJECT);
});

test('trusts a lease of any product where the host named none', async () => {
  const { keySet, sign } = await signer('ES256');

  assert.equal(
    (await verifyLease(await sign(), keySet, { ...expected, product: undefined }))?.aud,
    'my-tool',
  );
});

test('refuses the lease of another device', async () => {
  const { keySet, sign } = await signer('ES256');

  assert.equal(await verifyLease(await sign(), keySet, { ...expected, deviceId: 'another' }), undefined);
  assert.equal(await verifyLease(await sign({ dev: '' }), keySet, expected), undefined);
  assert.equal(
    await verifyLease(await sign({ dev: handleOf(DEVICE).slice(0, 20) }), keySet, expected),
    undefined,
  );
});

test('refuses the lease of another product', async () => {
  const { keySet, sign } = await signer('ES256');

  assert.equal(await verifyLease(await sign(), keySet, { ...expected, product: 'my-game' }), undefined);
});

test('refuses another kind of token by the same key', async () => {
  const { keySet, sign } = await signer('ES256');

  for (const typ of ['JWT', 'at+jwt', undefined])
    assert.equal(await verifyLease(await sign({}, { typ }), keySet, expected), undefined);
});

test('refuses a key that is not pinned', async () => {
  const pinned = await signer('ES256');
  const other = await signer('ES256');

  assert.equal(await verifyLease(await other.sign(), pinned.keySet, expected), undefined);
  assert.equal(
    await verifyLease(await other.sign({}, { kid: pinned.kid }), pinned.keySet, expected),
    undefined,
  );
});

test('refuses a lease that says it needs no signature', async () => {
  const { keySet, kid, sign } = await signer('ES256');
  const unsecured = new UnsecuredJWT({ dev: handleOf(DEVICE) })
    .setAudience('my-tool')
    .setSubject(SUBJECT)
    .setIssuedAt()
    .setExpirationTime('1d')
    .encode();
  const none = Buffer.from(JSON.stringify({ alg: 'none', kid, typ: 'license+jwt' })).toString('base64url');
  const [, body] = (await sign()).split('.');

  assert.equal(await verifyLease(unsecured, keySet, expected), undefined);
  assert.equal(await verifyLease(`${none}.${body}.`, keySet, expected), undefined);
});

test('refuses a lease "signed" with the public key as a shared secret', async () => {
  const { keySet, kid, jwk, sign } = await signer('ES256');
  const head = Buffer.from(JSON.stringify({ alg: 'HS256', kid, typ: 'license+jwt' })).toString('base64url');
  const [, body] = (await sign()).split('.');
  const forged = createHmac('sha256', JSON.stringify(jwk)).update(`${head}.${body}`).digest('base64url');

  assert.equal(await verifyLease(`${head}.${body}.${forged}`, keySet, expected), undefined);
});

test('refuses what lacks a claim that decides', async () => {
  const { keySet, sign } = await signer('ES256');

  assert.equal(await verifyLease(await sign({ dev: 5 }), keySet, expected), undefined);
  assert.equal(await verifyLease(await sign({ dev: undefined }), keySet, expected), undefined);
});

test('verifies nothing in a browser without WebCrypto', async (t) => {
  const { keySet, sign } = await signer('ES256');
  const lease = await sign();
  t.mock.getter(crypto, 'subtle', () => undefined as unknown as SubtleCrypto);

  assert.equal(await verifyLease(lease, keySet, expected), undefined);
});

const JUNK = [undefined, '', '.', '..', 'a.b.c', 'ä.ö.ü', 'e30.e30.e30', '{}', 'null', 'bnVsbA.bnVsbA.'];

for (const lease of JUNK) {
  test(`takes ${JSON.stringify(lease)} for no lease`, async () => {
    const { keySet } = await signer('ES256');

    assert.equal(readLease(lease), undefined);
    assert.equal(await verifyLease(lease, keySet, expected), undefined);
  });
}

test('reads the claims of a lease that nobody verified, for times only', async () => {
  const { sign } = await signer('ES256');

  assert.equal(readLease(await sign({ grace_until: 'soon' }))?.exp, 1_795_086_400);
});

test('reads words in any script', async () => {
  const { keySet, sign } = await signer('ES256');

  assert.equal(
    (await verifyLease(await sign({ tier: 'Лицензия für 5 ✓' }), keySet, expected))?.tier,
    'Лицензия für 5 ✓',
  );
});

test('refuses everything where the pinned keys are of a kind it does not know', async () => {
  const { keySet, sign } = await signer('ES256');
  const odd = { keys: [{ ...keySet.keys[0], crv: 'P-521' }, { kty: 'RSA' }, {}] } as KeySet;

  assert.equal(await verifyLease(await sign(), odd, expected), undefined);
});
