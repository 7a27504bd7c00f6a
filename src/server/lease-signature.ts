// Signs the claims of a lease, as a JWS in its compact form (RFC 7515). Node's own crypto signs at once; WebCrypto,
// which is everywhere, hands each signature to another thread and back, which costs more than signing. A lease of either
// is verified by the same key.

import { SignJWT, importJWK, type JWTPayload } from 'jose';
import { ownCrypto, type NodeCrypto } from './identity.ts';
import type { PrivateKey } from './key-ring.ts';
import type { LeaseAlgorithm } from './settings.ts';

export type SignLease = (claims: JWTPayload) => string | Promise<string>;

/** @param kid by which verifiers find the key */
export async function createLeaseSigner(
  key: PrivateKey,
  kid: string,
  alg: LeaseAlgorithm,
  node: NodeCrypto | null | undefined = ownCrypto(),
): Promise<SignLease> {
  const header = { alg, kid, typ: 'license+jwt' };
  if (!node) {
    const webKey = await importJWK(key, alg);
    return (claims) => new SignJWT(claims).setProtectedHeader(header).sign(webKey);
  }
  // JOSE wants the two numbers of an ES256 signature side by side (RFC 7518, section 3.4), not in DER.
  const ownKey = {
    key: node.createPrivateKey({ key, format: 'jwk' }),
    dsaEncoding: 'ieee-p1363',
  } as const;
  const digest = alg === 'ES256' ? 'sha256' : undefined; // Ed25519 hashes by itself
  const head = base64UrlOf(header);
  return (claims) => {
    const text = `${head}.${base64UrlOf(claims)}`;
    return `${text}.${node.sign(digest, Buffer.from(text), ownKey).toString('base64url')}`;
  };
}

const base64UrlOf = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
