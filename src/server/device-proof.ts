// Reads a device's proof: the request's own fields, signed a moment ago with a key that does not leave the device, in the
// manner of RFC 9449 (DPoP). Whether a seat is bound to that key is decided elsewhere (licensing.ts).

import { calculateJwkThumbprint, decodeProtectedHeader, errors, importJWK, jwtVerify } from 'jose';
import * as z from 'zod/mini';
import { provenText, type ProvenRequest } from '../protocol/index.ts';
import { digestOf } from './identity.ts';
import { silent, type Log } from './log.ts';
import type { ServerConfig } from './settings.ts';
import type { LicenseStore } from './store.ts';

/** So far may a proof's time be from the server's. A clock that is further off gets the server's time, and tries again. */
const LIFE_MS = 120_000;
/** Never read from the proof. */
const ALGORITHM = 'ES256';
const TYPE = 'dpop+jwt';

const coordinate = z.string().check(z.regex(/^[\w-]{43}$/));

/** Strict, so that nobody sends the private part of a key, and nothing in it is left uncertain. */
const HEADER = z.object({
  typ: z.literal(TYPE),
  alg: z.literal(ALGORITHM),
  jwk: z.strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: coordinate,
    y: coordinate,
  }),
});

const CLAIMS = z.object({
  htm: z.literal('POST'),
  htu: z.url(),
  /** seconds since 1970 */
  iat: z.number(),
  jti: z.string().check(z.minLength(16), z.maxLength(64)),
  req: z.string(),
});

/** What is wrong with a proof, for the log and the developer. */
export type ProofFlaw =
  'malformed' | 'bad_signature' | 'other_url' | 'other_request' | 'not_now' | 'used_before';

export interface BadProof {
  readonly kind: 'bad_proof';
  readonly flaw: ProofFlaw;
}

export interface GoodProof {
  readonly kind: 'proven';
  /** The RFC 7638 thumbprint of the key. */
  readonly key: string;
  /** Uses it up. @returns `false` where that has happened before, in whichever process */
  spend(): Promise<boolean>;
}

export interface ProofReader {
  /**
   * @param path what the request calls, e.g. `/activate`
   * @returns whose proof it is, or what is wrong with it; `undefined` where none was sent. It does not reject because of
   *   what was sent.
   */
  read(
    path: string,
    request: ProvenRequest & { readonly proof?: string | undefined },
  ): Promise<GoodProof | BadProof> | undefined;
}

export interface ProofReaderOptions {
  readonly config: Pick<ServerConfig, 'publicUrl' | 'allowedOrigins'>;
  readonly store: Pick<LicenseStore, 'changeNote'>;
  /** ms since 1970 */
  readonly now: () => number;
  /** Hears of refused proofs: many at once are a setting of the seller's more often than an attack. */
  readonly log?: Log | undefined;
}

export function createProofReader({ config, store, now, log = silent }: ProofReaderOptions): ProofReader {
  const isOurs = createUrlCheck(config);

  /** Keeps it as long as it could be sent again. */
  const spend = (key: string, jti: string, time: number): Promise<boolean> =>
    store.changeNote(`proof ${key} ${jti}`, now(), (before) =>
      before === undefined
        ? { save: { value: '', until: time + 2 * LIFE_MS }, outcome: true }
        : { outcome: false },
    );

  async function check(path: string, request: ProvenRequest, proof: string): Promise<GoodProof | BadProof> {
    const signed = await verify(proof, now());
    if (typeof signed === 'string') return bad(signed);
    const { key, claims } = signed;
    const time = claims.iat * 1000;
    if (!isOurs(claims.htu, path)) return bad('other_url');
    if (claims.req !== (await digestOf(provenText(request)))) return bad('other_request');
    if (Math.abs(now() - time) > LIFE_MS) return bad('not_now');
    return { kind: 'proven', key, spend: () => spend(key, claims.jti, time) };
  }

  async function report(...asked: Parameters<typeof check>): Promise<GoodProof | BadProof> {
    const proof = await check(...asked);
    if (proof.kind === 'bad_proof') log('info', 'proof_refused', { flaw: proof.flaw, path: asked[0] });
    return proof;
  }

  return {
    read: (path, request) => (request.proof === undefined ? undefined : report(path, request, request.proof)),
  };
}

const bad = (flaw: ProofFlaw): BadProof => ({ kind: 'bad_proof', flaw });

export const USED_BEFORE = bad('used_before');

interface Signed {
  readonly key: string;
  readonly claims: z.infer<typeof CLAIMS>;
}

/** Reads what the key in the header has signed. */
async function verify(proof: string, now: number): Promise<Signed | ProofFlaw> {
  try {
    const header = HEADER.safeParse(decodeProtectedHeader(proof));
    if (!header.success) return 'malformed';
    const { jwk } = header.data;
    const key = await importJWK(jwk, ALGORITHM);
    const { payload } = await jwtVerify(proof, key, {
      typ: TYPE,
      algorithms: [ALGORITHM],
      currentDate: new Date(now),
    });
    const claims = CLAIMS.safeParse(payload);
    return claims.success ? { key: await calculateJwkThumbprint(jwk), claims: claims.data } : 'malformed';
  } catch (cause) {
    // Whatever cannot be read, a point that is on no curve included, is the sender's mistake.
    return cause instanceof errors.JWSSignatureVerificationFailed ? 'bad_signature' : 'malformed';
  }
}

/**
 * Behind a proxy the server does not know its own address. So the path has to end in what was called, and the origin
 * counts only where the configuration names one: `publicUrl`'s, or that of a page, which may pass requests on.
 */
function createUrlCheck({ publicUrl, allowedOrigins }: ProofReaderOptions['config']) {
  const isAnywhere = publicUrl === undefined || allowedOrigins.includes('*');
  const origins = new Set(isAnywhere ? [] : [new URL(publicUrl).origin, ...allowedOrigins]);
  return (htu: string, path: string): boolean => {
    const { origin, pathname } = new URL(htu);
    return pathname.endsWith(path) && (isAnywhere || origins.has(origin));
  };
}
