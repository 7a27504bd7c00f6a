import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { KeySet } from '../../src/client/index.ts';
import { createVerifier } from '../../src/client/verifier.ts';
import { createTestStorage } from './world.ts';

const URL_OF_KEYS = 'https://licenses.example.com/.well-known/jwks.json';
const owner = { deviceId: 'device-1', product: 'my-tool' };

async function createKey(kid: string) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const dev = createHash('sha256').update(`license-1.${owner.deviceId}`).digest('base64url').slice(0, 22);
  const lease = await new SignJWT({ dev })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'license+jwt' })
    .setAudience('my-tool')
    .setSubject('license-1')
    .setIssuedAt()
    .setExpirationTime('24h')
    .sign(privateKey);
  return { lease, jwk: { ...(await exportJWK(publicKey)), kid } };
}

const [first, second] = await Promise.all([createKey('k1'), createKey('k2')]);

/** A place on the network that answers keys, as long as there is a network. */
function createSource(...keys: object[]) {
  const source = {
    keys: { keys } as unknown,
    isOffline: false,
    asked: 0,
    fetch: async () => {
      source.asked += 1;
      if (source.isOffline) throw new TypeError('Failed to fetch');
      return Response.json(source.keys);
    },
  };
  return source;
}

const codeOf = (result: object) => ('code' in result ? result.code : 'trusted');

test('trusts what a pinned key signed, and nothing else', async () => {
  const verifier = createVerifier({ keys: [first.jwk] } as KeySet, createTestStorage(), fetch);

  assert.equal((await verifier.stored(first.lease, owner))?.sub, 'license-1');
  assert.equal(await verifier.stored(second.lease, owner), undefined);
  assert.equal(codeOf(await verifier.fresh(first.lease, owner)), 'trusted');
  assert.equal(codeOf(await verifier.fresh(second.lease, owner)), 'lease_invalid');
});

test('fetches the keys of a URL once, and knows them offline at the next visit', async () => {
  const source = createSource(first.jwk);
  const storage = createTestStorage();
  await createVerifier(URL_OF_KEYS, storage, source.fetch).fresh(first.lease, owner);
  source.isOffline = true;

  const claims = await createVerifier(URL_OF_KEYS, storage, source.fetch).stored(first.lease, owner);

  assert.equal(claims?.sub, 'license-1');
  assert.equal(source.asked, 1);
});

test('heals by itself when the server has come to sign with another key', async () => {
  const source = createSource(first.jwk);
  const verifier = createVerifier(URL_OF_KEYS, createTestStorage(), source.fetch);
  await verifier.fresh(first.lease, owner);
  source.keys = { keys: [second.jwk] };

  assert.equal(codeOf(await verifier.fresh(second.lease, owner)), 'trusted');
  assert.equal(codeOf(await verifier.fresh(first.lease, owner)), 'lease_invalid');
});

for (const [what, keys] of Object.entries({ 'no JWKS': { some: 'page' }, null: null, text: 'hello' })) {
  test(`says nothing against a license where the URL answers ${what}`, async () => {
    const source = createSource();
    source.keys = keys;
    const verifier = createVerifier(URL_OF_KEYS, createTestStorage(), source.fetch);

    assert.equal(codeOf(await verifier.fresh(first.lease, owner)), 'network_error');
  });
}

test('says nothing against a license where the keys cannot be fetched, and trusts nothing', async () => {
  const source = createSource(first.jwk);
  source.isOffline = true;
  const verifier = createVerifier(URL_OF_KEYS, createTestStorage(), source.fetch);

  assert.equal(codeOf(await verifier.fresh(first.lease, owner)), 'network_error');
  assert.equal(await verifier.stored(first.lease, owner), undefined);
});

test('asks once for keys that many wait for', async () => {
  const source = createSource(first.jwk);
  const verifier = createVerifier(URL_OF_KEYS, createTestStorage(), source.fetch);

  await Promise.all([1, 2, 3].map(() => verifier.fresh(first.lease, owner)));

  assert.equal(source.asked, 1);
});

test('waits at most five seconds for keys', async () => {
  const verifier = createVerifier(URL_OF_KEYS, createTestStorage(), () => new Promise(() => {}));
  const start = performance.now();

  assert.equal(codeOf(await verifier.fresh(first.lease, owner)), 'network_error');

  assert.ok(performance.now() - start < 6000);
});
