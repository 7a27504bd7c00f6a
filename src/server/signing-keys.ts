// The signing keys of a running server: read from where they are kept, and read again every minute, so that a
// rotation by command, or by another process, needs no restart.

import {
  comeBack,
  createKeys,
  kidOf,
  leave,
  publishedKeys,
  readKeyRing,
  toJwk,
  writeKeyRing,
  type KeyRing,
  type PublishedKey,
} from './key-ring.ts';
import { createLeaseSigner, type SignLease } from './lease-signature.ts';
import type { Log } from './log.ts';
import type { LeaseAlgorithm, LeaseRules } from './settings.ts';
import type { LicenseStore } from './store.ts';

const REFRESH_MS = 60_000;

export interface SigningKey {
  readonly kid: string;
  readonly sign: SignLease;
}

export interface SigningKeys {
  /** The one that signs now. */
  current(): Promise<SigningKey>;
  /** Everything that a lease which is still good may be signed with, and the next key. */
  published(): Promise<readonly PublishedKey[]>;
}

export interface SigningKeysOptions {
  readonly store: LicenseStore;
  /** a ring from the environment; the store then holds none */
  readonly supplied: string | undefined;
  readonly rules: LeaseRules;
  readonly now: () => number;
  readonly log: Log;
}

interface Loaded {
  readonly at: number;
  readonly current: SigningKey;
  readonly published: readonly PublishedKey[];
}

export const secretName = (algorithm: LeaseAlgorithm): string => `signing-keys-${algorithm}`;

export const otherThan = (algorithm: LeaseAlgorithm): LeaseAlgorithm =>
  algorithm === 'ES256' ? 'Ed25519' : 'ES256';

/** How long a lease can be good for anybody: for a back end until `exp`, for a page with pinned keys all its grace. */
export const leaseMs = ({ validMs, graceMs }: LeaseRules): number => Math.max(validMs, graceMs);

/**
 * Reads the keys, and makes them where there are none yet.
 *
 * @throws where they cannot be read the first time; later, what was read before is used on
 */
export async function openSigningKeys(options: SigningKeysOptions): Promise<SigningKeys> {
  const { store, supplied, rules, now, log } = options;
  const { algorithm } = rules;
  /** Whose keys in the store do not sign, but may have signed before the configuration was changed. */
  const left = supplied === undefined ? [otherThan(algorithm)] : [algorithm, otherThan(algorithm)];

  if (supplied === undefined) await mark(store, algorithm, comeBack);
  for (const unused of left) await mark(store, unused, (ring) => leave(ring, now()));
  let loaded = await load();
  let loading: Promise<Loaded> | undefined;

  async function load(before?: Loaded): Promise<Loaded> {
    const at = now();
    const ring = readKeyRing(supplied ?? (await keep(store, algorithm)), algorithm);
    const published = await jwksOf(ring, algorithm, at);
    for (const unused of left) {
      const text = await store.findSecret(secretName(unused));
      if (text !== undefined) published.push(...(await jwksOf(readKeyRing(text, unused), unused, at)));
    }
    const kid = await kidOf(ring.current);
    if (kid === before?.current.kid) return { at, current: before.current, published: unique(published) };
    const sign = await createLeaseSigner(ring.current, kid, algorithm);
    return { at, current: { kid, sign }, published: unique(published) };
  }

  function jwksOf(ring: KeyRing, alg: LeaseAlgorithm, at: number): Promise<PublishedKey[]> {
    const keys = publishedKeys(ring, { now: at, leaseMs: leaseMs(rules) });
    return Promise.all(keys.map((key) => toJwk(key, alg)));
  }

  /** What was read before serves on for another minute where the store does not answer. */
  async function refresh(): Promise<Loaded> {
    try {
      loaded = await load(loaded);
    } catch (cause) {
      log('warn', 'signing_keys_not_read', { cause: String(cause) });
      loaded = { ...loaded, at: now() };
    }
    loading = undefined;
    return loaded;
  }

  function latest(): Loaded | Promise<Loaded> {
    const age = now() - loaded.at;
    return age >= 0 && age < REFRESH_MS ? loaded : (loading ??= refresh());
  }

  return {
    current: async () => (await latest()).current,
    published: async () => (await latest()).published,
  };
}

async function keep(store: LicenseStore, algorithm: LeaseAlgorithm): Promise<string> {
  const name = secretName(algorithm);
  return (await store.findSecret(name)) ?? store.keepSecret(name, writeKeyRing(await createKeys(algorithm)));
}

/** Keys may have been copied from the database into the environment; verifiers refuse a `kid` that is there twice. */
const unique = (keys: readonly PublishedKey[]): PublishedKey[] =>
  keys.filter(({ kid }, at) => keys.findIndex((first) => first.kid === kid) === at);

async function mark(
  store: LicenseStore,
  algorithm: LeaseAlgorithm,
  change: (ring: KeyRing) => KeyRing,
): Promise<void> {
  const name = secretName(algorithm);
  const changed = (text: string) => writeKeyRing(change(readKeyRing(text, algorithm)));
  const before = await store.findSecret(name);
  if (before === undefined || changed(before) === before) return;
  await store.changeSecret(name, (current = before) => changed(current));
}
