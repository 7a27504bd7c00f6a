// Verifies leases with the keys that the host has pinned, or with those at the address that it has named: these are
// kept for the next visit, and fetched again when a lease is signed with a key that is not among them.

import { isKeySet, verifyLease, type KeySet, type LeaseClaims, type LeaseOwner } from './lease.ts';
import { endOf } from './limit.ts';
import { problem, type Problem } from './problem.ts';
import { keysSlot } from './settings.ts';
import type { LicenseStorage } from './storage.ts';

export interface LeaseVerifier {
  /** The claims of a lease that was stored, also offline; `undefined` where no known key has signed it. */
  stored(lease: string | undefined, owner: LeaseOwner): Promise<LeaseClaims | undefined>;
  /** The claims of a lease that has just come, or why it is not trusted. */
  fresh(lease: string | undefined, owner: LeaseOwner): Promise<LeaseClaims | Problem>;
}

const FETCH_LIMIT_MS = 5000;

export const unverified = () =>
  problem('lease_invalid', 'No pinned key signed this lease for this device and product.');

/** @param source the keys, or the URL of a JWKS */
export function createVerifier(
  source: KeySet | string,
  storage: LicenseStorage,
  fetch: typeof globalThis.fetch,
): LeaseVerifier {
  let fetching: Promise<KeySet> | undefined;

  async function ask(url: string): Promise<KeySet> {
    const signal = AbortSignal.timeout(FETCH_LIMIT_MS);
    const answer = fetch(url, { credentials: 'omit', cache: 'no-cache', signal });
    const keys: unknown = await Promise.race([answer.then((response) => response.json()), endOf(signal)]);
    if (!isKeySet(keys)) throw new Error('no JWKS');
    await storage.change(keysSlot(url), () => keys);
    return keys;
  }

  const renew = (url: string) => (fetching ??= ask(url).finally(() => (fetching = undefined)));

  async function known(): Promise<KeySet | undefined> {
    if (typeof source !== 'string') return source;
    const slot = keysSlot(source);
    const keys = storage.peek(slot) ?? (await storage.change(slot, (old) => old));
    return isKeySet(keys) ? keys : undefined;
  }

  return {
    async stored(lease, owner) {
      const keys = (await known()) ?? (await renew(source as string).catch(() => undefined)); // pinned ones are known
      return keys && verifyLease(lease, keys, owner);
    },
    async fresh(lease, owner) {
      const keys = await known();
      const claims = keys && (await verifyLease(lease, keys, owner));
      if (claims || typeof source !== 'string') return claims ?? unverified();
      try {
        return (await verifyLease(lease, await renew(source), owner)) ?? unverified();
      } catch (cause) {
        // Not to know the keys says nothing about the license.
        return problem('network_error', `${source} gave no keys: ${String(cause)}`);
      }
    },
  };
}
