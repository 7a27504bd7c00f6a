// Leases that a back end must refuse, made the way cheats come by them.

import {
  createLicenseServer,
  createMemoryStore,
  createSigningKeys,
  parseConfig,
} from '../src/server/index.ts';
import { PURCHASES } from '../src/testing/index.ts';

const LAST_WEEK_MS = 7 * 86_400_000;

export interface Tricks {
  /** A genuine one, promoted to a higher tier afterwards. */
  readonly altered: string;
  /** Signed by a license server of the cheat's own. */
  readonly forged: string;
  /** Genuine, for another app of the same seller. */
  readonly foreign: string;
  /** Genuine, and over. */
  readonly expired: string;
}

/** @param signingKeys the license server's: who cheats does not have them, but may have been given leases */
export async function createTricks(signingKeys: string, now: () => number): Promise<Tricks> {
  const genuine = await leaseFrom(signingKeys, '/my-tool', now);
  return {
    altered: promote(genuine),
    forged: await leaseFrom(await createSigningKeys('ES256'), '/my-tool', now),
    foreign: await leaseFrom(signingKeys, '/another-app', now),
    expired: await leaseFrom(signingKeys, '/my-tool', () => now() - LAST_WEEK_MS),
  };
}

/** A license server that takes every key for bought. */
async function leaseFrom(signingKeys: string, product: string, now: () => number): Promise<string> {
  const env = { DIMLI_SELLER_TOKEN: 'none', LICENSE_GATE_SIGNING_KEYS: signingKeys };
  const parsed = parseConfig({ products: { [product]: { seats: { 'Standard License': 1 } } } }, env);
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  const server = createLicenseServer({
    config: parsed.config,
    store: createMemoryStore(),
    verifier: { verify: async () => ({ kind: 'valid', licenseName: 'Standard License' }) },
    now,
  });
  const response = await server.app.request('/activate', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ licenseKey: PURCHASES.standard.key, deviceId: 'cheat' }),
  });
  const { lease } = (await response.json()) as { lease: string }; // our own server's answer
  return lease;
}

function promote(lease: string): string {
  const [head, body = '', signature] = lease.split('.');
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object;
  const better = JSON.stringify({ ...claims, tier: 'Company License' });
  return `${head}.${Buffer.from(better).toString('base64url')}.${signature}`;
}
