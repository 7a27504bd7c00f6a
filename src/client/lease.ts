// Reads the server's signed statement, and verifies it with WebCrypto where the host pinned the server's keys.
// The algorithm comes from the pinned key, never from the lease.

import { count, fields, text, type Read } from '../protocol/index.ts';

const parseClaims = fields(
  {
    /** the product's slug */
    aud: text,
    /** names the license without its key */
    sub: text,
    /** the device's handle */
    dev: text,
    /** seconds since 1970, as all times of a lease */
    iat: count,
    exp: count,
  },
  {
    grace_until: count,
    /** the license name */
    tier: text,
  },
);

export type LeaseClaims = Read<typeof parseClaims>;

/** A JSON Web Key Set as `/.well-known/jwks.json` answers it. */
export interface KeySet {
  readonly keys: readonly (JsonWebKey & { readonly kid?: string; readonly alg?: string })[];
}

export const isKeySet = (value: unknown): value is KeySet =>
  Array.isArray((value as KeySet | null | undefined)?.keys);

/** Whom a lease has to name. */
export interface LeaseOwner {
  readonly deviceId: string;
  readonly product: string | undefined;
}

/** A handle's 22 characters of base64url. */
const HANDLE_BYTES = 16;

const ALGORITHMS = {
  'P-256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  Ed25519: { name: 'Ed25519' },
} as const;

/** The claims of a lease that nobody has verified: good for times, never for trust. */
export function readLease(lease: string | undefined): LeaseClaims | undefined {
  try {
    return parseClaims(jsonOf(lease?.split('.')[1] ?? ''));
  } catch {
    return undefined; // not a lease: the unsigned rules apply
  }
}

/**
 * The claims of a lease that one of the pinned keys signed for this device and product.
 *
 * @returns `undefined` for anything else: altered, foreign, unsigned or malformed
 */
export async function verifyLease(
  lease: string | undefined,
  { keys }: KeySet,
  { product, deviceId }: LeaseOwner,
): Promise<LeaseClaims | undefined> {
  try {
    const [head = '', body = '', signature = ''] = (lease ?? '').split('.');
    const { kid, typ } = jsonOf(head) as { kid?: unknown; typ?: unknown };
    const key = keys.find((candidate) => candidate.kid === kid);
    const algorithm = ALGORITHMS[key?.crv as keyof typeof ALGORITHMS];
    if (!key || !algorithm || typ !== 'license+jwt') return undefined;
    const publicKey = await importKey(key, algorithm);
    if (!(await isSigned(algorithm, publicKey, bytesOf(signature), utf8(`${head}.${body}`))))
      return undefined;
    const claims = readLease(lease);
    return claims && claims.aud === (product ?? claims.aud) && (await isHandleOf(claims, deviceId))
      ? claims
      : undefined;
  } catch {
    return undefined; // malformed, or a browser without WebCrypto: what cannot be verified is not trusted
  }
}

/** The name under which the server lists this device is derived from its id, so that a lease shows whose it is. */
async function isHandleOf({ sub, dev }: LeaseClaims, deviceId: string): Promise<boolean> {
  const hash = await crypto.subtle.digest('SHA-256', utf8(`${sub}.${deviceId}`));
  return String(bytesOf(dev)) === String(new Uint8Array(hash, 0, HANDLE_BYTES));
}

// Chromium compiles whatever calls WebCrypto a second time, to know the line of the call, while an app waits: so these
// are functions of one line.

const importKey = (key: JsonWebKey, algorithm: Algorithm) =>
  crypto.subtle.importKey('jwk', key, algorithm, false, ['verify']);

const isSigned = (algorithm: Algorithm, key: CryptoKey, signature: BufferSource, data: BufferSource) =>
  crypto.subtle.verify(algorithm, key, signature, data);

const utf8 = (words: string) => new TextEncoder().encode(words);

const bytesOf = (base64url: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

const jsonOf = (base64url: string): unknown => JSON.parse(new TextDecoder().decode(bytesOf(base64url)));
