// Turns keys and device ids into what may be stored and shown: a key into its HMAC, a device id into its handle.
// Where Node's own crypto is at hand it answers at once; WebCrypto, which is everywhere, takes a detour over other
// threads that costs more than the whole rest of an answer. Both say the same.

import type { LicenseStore } from './store.ts';

const HANDLE_LENGTH = 22;
/** The name of the secret in the database. */
const HASH_SECRET = 'hash';

/** The HMAC of a license key in its normal form, in hexadecimal. */
export type HashKey = (key: string) => string | Promise<string>;

export type NodeCrypto = typeof import('node:crypto');

/** `undefined` where there is none. Not imported, because the server runs wherever `fetch` handlers run. */
export const ownCrypto = (): NodeCrypto | undefined => globalThis.process?.getBuiltinModule?.('node:crypto');

/** @param secret anything long and random; with another one every key is a new key */
export async function createHashKey(
  secret: string,
  node: NodeCrypto | null | undefined = ownCrypto(),
): Promise<HashKey> {
  if (node) return (key) => node.createHmac('sha256', secret).update(key).digest('hex');
  const hmac = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return async (key) => hexOf(await crypto.subtle.sign('HMAC', hmac, new TextEncoder().encode(key)));
}

/** @param supplied the secret from outside; without one the database's is taken, and made where there is none yet */
export const openHashKey = async (store: LicenseStore, supplied: string | undefined): Promise<HashKey> =>
  createHashKey(supplied ?? (await store.keepSecret(HASH_SECRET, randomSecret())));

/** The SHA-256 of a text, in base64url. */
export type DigestOf = (text: string) => string | Promise<string>;

export const digestOf: DigestOf = createDigestOf();

export function createDigestOf(node: NodeCrypto | null | undefined = ownCrypto()): DigestOf {
  if (node?.hash) return (text) => node.hash('sha256', text, 'base64url');
  return async (text) => base64UrlOf(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** Names a device of a license. */
export type HandleOf = (licenseId: string, deviceId: string) => string | Promise<string>;

/**
 * The name under which a device appears: in lists, in leases, in the database. A client computes it from the
 * lease's `sub` and its own id, and so knows that a lease is its own; nobody gets from it to the id.
 */
export const handleOf: HandleOf = createHandleOf();

export function createHandleOf(node: NodeCrypto | null | undefined = ownCrypto()): HandleOf {
  const digest = createDigestOf(node);
  return (licenseId, deviceId) => {
    const whole = digest(`${licenseId}.${deviceId}`);
    return typeof whole === 'string' ? handleIn(whole) : whole.then(handleIn);
  };
}

const handleIn = (digest: string): string => digest.slice(0, HANDLE_LENGTH);

const randomSecret = (): string => base64UrlOf(crypto.getRandomValues(new Uint8Array(32)).buffer);

const hexOf = (buffer: ArrayBuffer): string =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');

const base64UrlOf = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
