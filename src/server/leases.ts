// Signs leases: the statement that this device may use this license until a time, which any back end can verify
// with the public keys. A fresh lease is handed out again for five minutes, because signing is the dearest step.

import type { JWK } from 'jose';
import { createBoundedMap } from './bounded-map.ts';
import type { SigningKeys } from './signing-keys.ts';
import type { LeaseRules } from './settings.ts';
import type { License } from './store.ts';

const REUSE_MS = 5 * 60_000;
const MOST_REUSED = 10_000;

export interface Leases {
  /** @param proofKey the thumbprint of the key that the device's seat is bound to */
  issue(license: License, handle: string, proofKey?: string): Promise<string>;
  /** No lease is handed out again to this device. */
  forget(licenseId: string, handle: string): void;
  /** The public keys, as `/.well-known/jwks.json` answers them: the one in use, the next, and those it took over from. */
  jwks(): Promise<{ readonly keys: readonly JWK[] }>;
}

/** @param signed is told of each lease that is not an earlier one handed out again */
export function createLeases(
  keys: SigningKeys,
  rules: LeaseRules,
  now: () => number,
  signed: () => void = () => {},
): Leases {
  const { issuer, validMs, graceMs } = rules;
  const issued = createBoundedMap<{ at: number; of: string; lease: string }>(MOST_REUSED);

  return {
    jwks: async () => ({ keys: await keys.published() }),
    async issue(license, handle, proofKey) {
      const time = now();
      const { kid, sign } = await keys.current();
      const id = `${license.id} ${handle}`;
      const of = `${license.licenseName}\n${license.variant ?? ''}\n${kid}\n${proofKey ?? ''}`;
      const before = issued.get(id);
      if (before?.of === of && time >= before.at && time - before.at < REUSE_MS) return before.lease;

      const seconds = Math.floor(time / 1000);
      const lease = await sign({
        grace_until: seconds + Math.round(graceMs / 1000),
        dev: handle,
        tier: license.licenseName,
        ...(license.variant === undefined ? {} : { variant: license.variant }),
        ...(proofKey === undefined ? {} : { cnf: { jkt: proofKey } }), // RFC 7800, RFC 9449
        iss: issuer,
        aud: license.product,
        sub: license.id,
        jti: crypto.randomUUID(),
        iat: seconds,
        nbf: seconds,
        exp: seconds + Math.round(validMs / 1000),
      });
      signed();
      issued.set(id, { at: time, of, lease });
      return lease;
    },
    forget: (licenseId, handle) => issued.delete(`${licenseId} ${handle}`),
  };
}
