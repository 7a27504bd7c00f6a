// Signs leases: the statement that this device may use this license until a time, which any back end can verify
// with the public keys. A fresh lease is handed out again for five minutes, because signing is the dearest step.

import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import { z } from 'zod/mini';
import type { LeaseAlgorithm, LeaseRules } from './settings.ts';
import type { License } from './store.ts';

const REUSE_MS = 5 * 60_000;
const MOST_REUSED = 10_000;

export interface Leases {
  issue(license: License, handle: string): Promise<string>;
  /** No lease is handed out again to this device. */
  forget(licenseId: string, handle: string): void;
  /** The public keys, as `/.well-known/jwks.json` answers them: the one in use, and the next. */
  readonly jwks: { readonly keys: readonly JWK[] };
}

const part = z.string();
const PrivateKey = z.union([
  z.object({ kty: z.literal('EC'), crv: part, x: part, y: part, d: part }),
  z.object({ kty: z.literal('OKP'), crv: part, x: part, d: part }),
]);
type PrivateKey = z.infer<typeof PrivateKey>;
const KeyPair = z.object({ current: PrivateKey, next: PrivateKey });

/** @returns fresh signing keys as JSON, to be kept as a secret */
export async function createSigningKeys(algorithm: LeaseAlgorithm): Promise<string> {
  const create = async () => exportJWK((await generateKeyPair(algorithm, { extractable: true })).privateKey);
  return JSON.stringify({ current: await create(), next: await create() });
}

/** @param signingKeys what {@link createSigningKeys} made, for the same algorithm */
export async function createLeases(
  signingKeys: string,
  rules: LeaseRules,
  now: () => number,
): Promise<Leases> {
  const { algorithm, issuer, validMs, graceMs } = rules;
  const { current, next } = KeyPair.parse(JSON.parse(signingKeys));
  const key = await importJWK(current, algorithm);
  const jwks = { keys: [await publicOf(current, algorithm), await publicOf(next, algorithm)] };
  const header = { alg: algorithm, kid: jwks.keys[0]?.kid ?? '', typ: 'license+jwt' };
  const issued = new Map<string, { at: number; of: string; lease: string }>();

  return {
    jwks,
    async issue(license, handle) {
      const time = now();
      const id = `${license.id} ${handle}`;
      const of = `${license.licenseName}\n${license.variant ?? ''}`;
      const before = issued.get(id);
      if (before?.of === of && time >= before.at && time - before.at < REUSE_MS) return before.lease;

      const seconds = Math.floor(time / 1000);
      const claims = {
        grace_until: seconds + Math.round(graceMs / 1000),
        dev: handle,
        tier: license.licenseName,
        ...(license.variant === undefined ? {} : { variant: license.variant }),
      };
      const lease = await new SignJWT(claims)
        .setProtectedHeader(header)
        .setIssuer(issuer)
        .setAudience(license.product)
        .setSubject(license.id)
        .setJti(crypto.randomUUID())
        .setIssuedAt(seconds)
        .setNotBefore(seconds)
        .setExpirationTime(seconds + Math.round(validMs / 1000))
        .sign(key);
      issued.delete(id);
      issued.set(id, { at: time, of, lease });
      const [oldest] = issued.keys();
      if (issued.size > MOST_REUSED && oldest !== undefined) issued.delete(oldest);
      return lease;
    },
    forget: (licenseId, handle) => void issued.delete(`${licenseId} ${handle}`),
  };
}

/** Named parts only: whatever else a private key holds stays here. */
async function publicOf(key: PrivateKey, alg: LeaseAlgorithm): Promise<JWK> {
  const { kty, crv, x } = key;
  const shown: JWK = kty === 'EC' ? { kty, crv, x, y: key.y } : { kty, crv, x };
  return { ...shown, kid: await calculateJwkThumbprint(shown), alg, use: 'sig' };
}
