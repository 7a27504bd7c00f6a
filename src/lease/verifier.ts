// Verifies leases on a back end: what the license server signed for this product, and nothing else, opens a door.

import { decodeProtectedHeader, errors, jwtVerify, type CryptoKey, type JSONWebKeySet } from 'jose';
import { count, fields, normalizeProduct, text, type Read } from '../protocol/index.ts';
import { createFixedKeys, createRemoteKeys, type FindKey, type KeyHint } from './keys.ts';
import { refuse, type LeaseRefusal, type LeaseRefusalReason } from './refusals.ts';

const TYPE = 'license+jwt';
/** A lease has some 600. */
const MOST_CHARACTERS = 8_192;

export type LeaseAlgorithm = 'ES256' | 'Ed25519';

export interface LeaseRules {
  /** The product's slug, or several: only leases for one of them are accepted. */
  readonly product: string | readonly string[];
  /** The license server's `publicUrl`, where leases of another server with the same keys must not count. */
  readonly issuer?: string | undefined;
  /** What leases may be signed with (both). */
  readonly algorithms?: readonly LeaseAlgorithm[] | undefined;
  /** Seconds by which the clocks of this machine and of the license server may differ (60). */
  readonly clockTolerance?: number | undefined;
  /** ms since 1970 */
  readonly now?: (() => number) | undefined;
}

export interface KeyFetching {
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Seconds after which the keys are fetched again (600). Until then a revoked key is trusted. */
  readonly cacheMaxAge?: number | undefined;
  /** Seconds in which unknown keys lead to one request at most (30). */
  readonly cooldown?: number | undefined;
  /** Seconds that a request may take (5). */
  readonly timeout?: number | undefined;
}

/** Where the public keys are: with the license server, at a URL, or here. */
export type KeySource =
  | ({ readonly server: string; readonly jwksUrl?: never; readonly jwks?: never } & KeyFetching)
  | ({ readonly jwksUrl: string; readonly server?: never; readonly jwks?: never } & KeyFetching)
  | { readonly jwks: JSONWebKeySet; readonly server?: never; readonly jwksUrl?: never };

export type LeaseVerifierOptions = LeaseRules & KeySource;

/** What the license server said, in words instead of claims. */
export interface Lease {
  /** `jti`: no two leases have the same */
  readonly id: string | undefined;
  /** an opaque reference that stays the same for the license, whatever device asks; never the key */
  readonly licenseId: string;
  /** the slug in its normal form, e.g. `my-tool` */
  readonly product: string;
  /** the tier, e.g. `Team License` */
  readonly licenseName: string;
  readonly variant: string | undefined;
  /** the device's handle, as in the list of devices */
  readonly device: string;
  /** `cnf.jkt`: the RFC 7638 thumbprint of the key that the device's seat is bound to, where it is */
  readonly deviceKey: string | undefined;
  readonly expiresAt: Date;
  /** until when a page may stay open without the license server; a back end goes by `expiresAt` */
  readonly graceUntil: Date;
}

export type LeaseOutcome = { readonly ok: true; readonly lease: Lease } | LeaseRefusal;

export interface LeaseVerifier {
  /**
   * @param sent the lease, or the `Authorization` header that carries it as `Bearer`
   * @returns the lease, or why it is refused; whatever was sent, it does not reject
   */
  verify(sent: string | null | undefined): Promise<LeaseOutcome>;
}

const readClaims = fields(
  { sub: text, aud: text, tier: text, dev: text, exp: count },
  { jti: text, variant: text, grace_until: count, cnf: fields({}, { jkt: text }) },
);

/**
 * Verifies leases wherever there is `fetch` and WebCrypto: on Node, Deno, Bun and workers. Create one and keep it,
 * because it holds the keys.
 *
 * @throws TypeError where an option makes no sense
 */
export function createLeaseVerifier(options: LeaseVerifierOptions): LeaseVerifier {
  const { issuer, algorithms = ['ES256', 'Ed25519'], clockTolerance = 60, now = Date.now } = options;
  const audience = [options.product].flat().map(productOf);
  if (audience.length === 0) throw new TypeError('product is needed: which product must a lease be for?');
  const findKey = keysOf(options, now);

  async function verify(sent: string | null | undefined): Promise<LeaseOutcome> {
    const token = tokenOf(sent);
    if (token === '') return refuse('missing');
    const header = readHeader(token);
    if (header === undefined) return refuse('malformed');
    const { typ, alg, kid } = header;
    if (typ !== TYPE) return refuse('wrong_type');
    if (!algorithms.some((accepted) => accepted === alg)) return refuse('wrong_algorithm');
    if (typeof kid !== 'string') return refuse('unknown_key');

    const hint: KeyHint = { alg: String(alg), kid };
    const found = await findKey(hint);
    if (found.kind === 'unknown') return refuse('unknown_key');
    if (found.kind === 'unavailable') return refuse('keys_unavailable', found.cause);
    return verifyWith(found.key, token);
  }

  async function verifyWith(key: CryptoKey, token: string): Promise<LeaseOutcome> {
    try {
      const { payload } = await jwtVerify(token, key, {
        typ: TYPE,
        algorithms: [...algorithms],
        audience,
        ...(issuer === undefined ? {} : { issuer }),
        clockTolerance,
        currentDate: new Date(now()),
      });
      const claims = readClaims(payload);
      return claims ? { ok: true, lease: leaseOf(claims) } : refuse('malformed');
    } catch (cause) {
      if (cause instanceof errors.JOSEError) return refuse(reasonOf(cause), cause);
      throw cause;
    }
  }

  return { verify };
}

const leaseOf = (claims: Read<typeof readClaims>): Lease => ({
  id: claims.jti,
  licenseId: claims.sub,
  product: claims.aud,
  licenseName: claims.tier,
  variant: claims.variant,
  device: claims.dev,
  deviceKey: claims.cnf?.jkt,
  expiresAt: new Date(claims.exp * 1000),
  graceUntil: new Date((claims.grace_until ?? claims.exp) * 1000),
});

function reasonOf(cause: errors.JOSEError): LeaseRefusalReason {
  if (cause instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature';
  if (cause instanceof errors.JWTExpired) return 'expired';
  if (!(cause instanceof errors.JWTClaimValidationFailed) || cause.reason !== 'check_failed')
    return 'malformed';
  return CLAIM_REASONS.get(cause.claim) ?? 'malformed';
}

const CLAIM_REASONS: ReadonlyMap<string, LeaseRefusalReason> = new Map([
  ['aud', 'other_product'],
  ['iss', 'other_issuer'],
  ['nbf', 'not_yet_valid'],
]);

/** Without the scheme, which a header has and a lease has not. */
const tokenOf = (sent: unknown): string =>
  typeof sent === 'string' ? sent.trim().replace(/^Bearer(?:\s+|$)/i, '') : '';

function readHeader(token: string): { typ?: unknown; alg?: unknown; kid?: unknown } | undefined {
  if (token.length > MOST_CHARACTERS) return undefined;
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined; // not even a token
  }
}

function productOf(slug: string): string {
  const product = typeof slug === 'string' ? normalizeProduct(slug) : undefined;
  if (product === undefined) throw new TypeError(`product "${slug}" is no slug such as /my-tool.`);
  return product;
}

function keysOf(options: LeaseVerifierOptions, now: () => number): FindKey {
  if (options.jwks) return createFixedKeys(options.jwks);
  const { server, jwksUrl, cacheMaxAge = 600, cooldown = 30, timeout = 5 } = options;
  return createRemoteKeys({
    url: urlOf(server === undefined ? jwksUrl : `${server.replace(/\/+$/, '')}/.well-known/jwks.json`),
    maxAgeMs: cacheMaxAge * 1000,
    cooldownMs: cooldown * 1000,
    timeoutMs: timeout * 1000,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now,
  });
}

function urlOf(address = ''): string {
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new TypeError(
    `server, jwksUrl or jwks is needed: "${address}" is not where a license server's keys are.`,
  );
}
