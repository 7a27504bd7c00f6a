// Makes signing keys by hand, and rotates those in the store, which every server on it notices within a minute.

import {
  createKey,
  createKeys,
  kidOf,
  readKeyRing,
  readyAt,
  rotate,
  writeKeyRing,
  type KeyRing,
} from './key-ring.ts';
import { leaseMs, otherThan, secretName } from './signing-keys.ts';
import type { LeaseAlgorithm, LeaseRules } from './settings.ts';
import type { LicenseStore } from './store.ts';

/** Keys by their `kid`, as the key set shows them; times in ms since 1970. */
export interface KeysShown {
  readonly current: string;
  readonly next: string;
  /** the latest first */
  readonly retired: readonly { readonly kid: string; readonly until: number }[];
  /** when the next rotation strands nobody's leases */
  readonly readyAt: number;
}

export type RotateOutcome =
  | ({ readonly kind: 'rotated' } & KeysShown)
  | ({ readonly kind: 'revoked'; readonly revoked: readonly string[] } & KeysShown)
  /** Nothing was changed: the next key has not been published for long enough. */
  | ({ readonly kind: 'too_early' } & KeysShown)
  /** Nothing was changed: no server has made keys there yet. */
  | { readonly kind: 'no_keys' };

export interface RotateOptions {
  readonly store: LicenseStore;
  readonly rules: LeaseRules;
  readonly now: number;
  /**
   * `safely`: refused where the next key is not yet known everywhere · `anyway`: not refused ·
   * `revoke`: the keys have leaked, so new ones take the place of all, and no lease of theirs is good any more
   */
  readonly how: 'safely' | 'anyway' | 'revoke';
}

/** @returns new keys as JSON, a secret, for a server that gets its keys from the environment */
export const createSigningKeys = async (algorithm: LeaseAlgorithm): Promise<string> =>
  writeKeyRing(await createKeys(algorithm));

/** @throws where the keys cannot be read, or the store does not answer; then nothing was changed */
export async function rotateSigningKeys(options: RotateOptions): Promise<RotateOutcome> {
  const { store, rules } = options;
  const { algorithm } = rules;
  if ((await store.findSecret(secretName(algorithm))) === undefined) return { kind: 'no_keys' };
  return options.how === 'revoke' ? revoke(options) : rotateNext(options);
}

async function rotateNext({ store, rules, now, how }: RotateOptions): Promise<RotateOutcome> {
  const { algorithm } = rules;
  const fresh = await createKey(algorithm);
  let kind: 'rotated' | 'too_early' = 'rotated';
  const text = await store.changeSecret(secretName(algorithm), (current = '') => {
    const when = { now, leaseMs: leaseMs(rules), force: how === 'anyway' };
    const rotation = rotate(readKeyRing(current, algorithm), fresh, when);
    kind = rotation.ok ? 'rotated' : 'too_early';
    return rotation.ok ? writeKeyRing(rotation.ring) : current;
  });
  return { kind, ...(await show(readKeyRing(text, algorithm))) };
}

/** Whoever saw one key saw them all: they lie in one place. So those of the other algorithm go as well. */
async function revoke({ store, rules, now }: RotateOptions): Promise<RotateOutcome> {
  const { algorithm } = rules;
  const other = otherThan(algorithm);
  const fresh: KeyRing = { ...(await createKeys(algorithm)), nextSince: now };
  const unused: KeyRing = { ...(await createKeys(other)), leftAt: 0 };

  let before: KeyRing = fresh;
  await store.changeSecret(secretName(algorithm), (current = '') => {
    before = readKeyRing(current, algorithm);
    return writeKeyRing(fresh);
  });
  if ((await store.findSecret(secretName(other))) !== undefined)
    await store.changeSecret(secretName(other), () => writeKeyRing(unused));
  const dropped = await show(before);
  return {
    kind: 'revoked',
    revoked: [dropped.current, dropped.next, ...dropped.retired.map(({ kid }) => kid)],
    ...(await show(fresh)),
  };
}

async function show(ring: KeyRing): Promise<KeysShown> {
  const retired = (ring.retired ?? []).map(async ({ key, until }) => ({ kid: await kidOf(key), until }));
  return {
    current: await kidOf(ring.current),
    next: await kidOf(ring.next),
    retired: await Promise.all(retired),
    readyAt: readyAt(ring),
  };
}
