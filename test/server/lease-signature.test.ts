import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importJWK, jwtVerify } from 'jose';
import { createKey, kidOf, toJwk } from '../../src/server/key-ring.ts';
import { createLeaseSigner } from '../../src/server/lease-signature.ts';

const CLAIMS = { iss: 'license-gate', tier: 'Büro “Größe” – 事務所', grace_until: 4_000_000_000 };

for (const algorithm of ['ES256', 'Ed25519'] as const) {
  test(`a lease says the same wherever the server runs, and is verified by the same ${algorithm} key`, async () => {
    const key = await createKey(algorithm);
    const kid = await kidOf(key);
    const onNode = await createLeaseSigner(key, kid, algorithm);
    const elsewhere = await createLeaseSigner(key, kid, algorithm, null);
    const publicKey = await importJWK(await toJwk(key, algorithm), algorithm);

    const leases = [onNode(CLAIMS), await elsewhere(CLAIMS)].map(String);

    const [own, web] = leases.map((lease) => lease.split('.').slice(0, 2));
    assert.deepEqual(own, web);
    for (const lease of leases) {
      const { payload, protectedHeader } = await jwtVerify(lease, publicKey);
      assert.deepEqual(payload, CLAIMS);
      assert.deepEqual(protectedHeader, { alg: algorithm, kid, typ: 'license+jwt' });
    }
  });
}
