// The signing keys as they are kept, and the rules of their life: a key is published first, signs later, and stays
// published until the last lease that it signed is over. Who keeps them is signing-keys.ts.

import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { z } from 'zod/mini';
import type { LeaseAlgorithm } from './settings.ts';

const MINUTE_MS = 60_000;
/**
 * How long a key is published before it signs: a cache before the server may hold the old set for an hour, a back end
 * for another one. Whoever learns of a key only by its first lease would refuse that lease.
 */
const PUBLISHED_FIRST_MS = 120 * MINUTE_MS;
/** How long a process may go on signing with a key that another one has retired. */
const SIGNS_ON_MS = 5 * MINUTE_MS;

const CURVES = { ES256: 'P-256', Ed25519: 'Ed25519' } as const;

const text = z.string();
const PrivateKey = z.union([
  z.object({ kty: z.literal('EC'), crv: text, x: text, y: text, d: text }),
  z.object({ kty: z.literal('OKP'), crv: text, x: text, d: text }),
]);
const PublicKey = z.union([
  z.object({ kty: z.literal('EC'), crv: text, x: text, y: text }),
  z.object({ kty: z.literal('OKP'), crv: text, x: text }),
]);
/** All but the first two came later: rings without them are still about, and older servers skip them. Times in ms. */
const KeyRing = z.object({
  current: PrivateKey,
  next: PrivateKey,
  /** when `next` was first published; absent: together with `current` */
  nextSince: z.optional(z.number()),
  retired: z.optional(z.array(z.object({ key: PublicKey, until: z.number() }))),
  /** when servers began to sign with another algorithm */
  leftAt: z.optional(z.number()),
});

export type PrivateKey = z.infer<typeof PrivateKey>;
export type PublicKey = z.infer<typeof PublicKey>;
export type PublishedKey = JWK & { readonly kid: string };
export type KeyRing = z.infer<typeof KeyRing>;

export type Rotation =
  | { readonly ok: true; readonly ring: KeyRing }
  /** The next key is not yet known everywhere. */
  | { readonly ok: false; readonly readyAt: number };

export async function createKey(algorithm: LeaseAlgorithm): Promise<PrivateKey> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true });
  return PrivateKey.parse(await exportJWK(privateKey));
}

export async function createKeys(algorithm: LeaseAlgorithm): Promise<KeyRing> {
  return { current: await createKey(algorithm), next: await createKey(algorithm) };
}

/** The ring as it is kept: JSON, and a secret. */
export const writeKeyRing = (ring: KeyRing): string => JSON.stringify(ring);

/** @throws where the text is no ring for this algorithm; the message shows nothing of the text */
export function readKeyRing(json: string, algorithm: LeaseAlgorithm): KeyRing {
  const ring = KeyRing.safeParse(parseJson(json)).data;
  if (!ring) throw new Error('The signing keys cannot be read: they are not what license-gate wrote.');
  const { crv } = ring.current;
  if (crv !== CURVES[algorithm] || ring.next.crv !== crv)
    throw new Error(`The signing keys are of type ${crv}; lease.algorithm ${algorithm} needs other ones.`);
  return ring;
}

/** When the next key has been published for long enough to sign. */
export const readyAt = ({ nextSince }: KeyRing): number =>
  nextSince === undefined ? 0 : nextSince + PUBLISHED_FIRST_MS;

/**
 * The next key signs from now on, `fresh` is published as the one after it, and the one that signed so far stays
 * published, without its private part, until its leases are over.
 *
 * @param when `leaseMs`: how long a lease is good for; `force`: also where the next key is not yet known everywhere
 */
export function rotate(
  ring: KeyRing,
  fresh: PrivateKey,
  when: { readonly now: number; readonly leaseMs: number; readonly force: boolean },
): Rotation {
  const { now, leaseMs, force } = when;
  if (!force && now < readyAt(ring)) return { ok: false, readyAt: readyAt(ring) };
  const retired = [
    { key: publicPart(ring.current), until: now + leaseMs + SIGNS_ON_MS },
    ...stillRetired(ring, now),
  ];
  return { ok: true, ring: { current: ring.next, next: fresh, nextSince: now, retired } };
}

/** Marks a ring whose algorithm is no longer the configured one: its leases are still good for a while. */
export const leave = (ring: KeyRing, now: number): KeyRing => ({ ...ring, leftAt: ring.leftAt ?? now });

export function comeBack(ring: KeyRing): KeyRing {
  const { leftAt: _leftAt, ...inUse } = ring;
  return inUse;
}

/** The public keys by which leases of this ring can be verified now: the one that signs first, then the next one. */
export function publishedKeys(
  ring: KeyRing,
  { now, leaseMs }: { now: number; leaseMs: number },
): PublicKey[] {
  const retired = stillRetired(ring, now).map(({ key }) => key);
  if (ring.leftAt === undefined) return [publicPart(ring.current), publicPart(ring.next), ...retired];
  return now < ring.leftAt + leaseMs + SIGNS_ON_MS ? [publicPart(ring.current), ...retired] : retired;
}

/** A key as `/.well-known/jwks.json` shows it. */
export async function toJwk(key: PublicKey, alg: LeaseAlgorithm): Promise<PublishedKey> {
  return { ...publicPart(key), kid: await kidOf(key), alg, use: 'sig' };
}

/** RFC 7638 */
export const kidOf = (key: PublicKey): Promise<string> => calculateJwkThumbprint(publicPart(key));

/** Named parts only: whatever else a private key holds stays here. */
function publicPart(key: PublicKey): PublicKey {
  const { kty, crv, x } = key;
  return kty === 'EC' ? { kty, crv, x, y: key.y } : { kty, crv, x };
}

const stillRetired = ({ retired = [] }: KeyRing, now: number) => retired.filter(({ until }) => now < until);

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // its message would quote the secret
  }
}
