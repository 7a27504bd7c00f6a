// A device's key and its proofs, made with jose instead of the client's own code: what any client may send.
import { createHash } from 'node:crypto';
import { SignJWT, calculateJwkThumbprint, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import { START } from '../server/support.ts';

export interface ProvenBody {
  readonly licenseKey: string;
  readonly deviceId: string;
  readonly product?: string;
  readonly replaceDevice?: string;
}

export interface DeviceKey {
  readonly jwk: JWK;
  readonly privateKey: CryptoKey;
  readonly thumbprint: string;
  /** @param claims instead of the right ones; @param header likewise */
  prove(path: string, body: ProvenBody, claims?: object, header?: object): Promise<string>;
}

/** Claims of a proof for this request, made at {@link START}. */
export const claimsFor = (path: string, body: ProvenBody): Record<string, unknown> => ({
  htm: 'POST',
  htu: `http://license.test${path}`,
  iat: START / 1000,
  jti: crypto.randomUUID(),
  req: createHash('sha256')
    .update(
      JSON.stringify([body.licenseKey, body.deviceId, body.product ?? null, body.replaceDevice ?? null]),
    )
    .digest('base64url'),
});

export async function createDeviceKey(): Promise<DeviceKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    jwk,
    privateKey,
    thumbprint: await calculateJwkThumbprint(jwk),
    prove: (path, body, claims = {}, header = {}) =>
      new SignJWT({ ...claimsFor(path, body), ...claims })
        .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk, ...header })
        .sign(privateKey),
  };
}
