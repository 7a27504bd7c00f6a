// Where a verifier gets the license server's public keys from: handed over, or fetched, kept, and fetched again when
// a lease names a key that is not among them. Kept ones serve on while the server cannot be reached.

import { createLocalJWKSet, type CryptoKey, type JSONWebKeySet, type LocalJWKSet } from 'jose';

/** After a failure with nothing to go on with, the next lease soon tries again. */
const RETRY_MS = 1_000;

/** What a lease's header says about its key. */
export interface KeyHint {
  readonly alg: string;
  readonly kid: string;
}

export type FoundKey =
  | { readonly kind: 'found'; readonly key: CryptoKey }
  | { readonly kind: 'unknown' }
  /** The server could not be asked. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

export type FindKey = (hint: KeyHint) => Promise<FoundKey>;

export interface RemoteKeysOptions {
  readonly url: string;
  /** Older keys are fetched again before they are used. */
  readonly maxAgeMs: number;
  /** Unknown keys, which anybody can make up, lead to one request in this time. */
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
}

/** @throws where it is no key set */
export function createFixedKeys(jwks: JSONWebKeySet): FindKey {
  const keys = createLocalJWKSet(jwks);
  return async (hint) => found(await lookUp(keys, hint));
}

export function createRemoteKeys(options: RemoteKeysOptions): FindKey {
  const { url, maxAgeMs, cooldownMs, timeoutMs, now } = options;
  let held: { readonly keys: LocalJWKSet; readonly at: number } | undefined;
  let tried: { readonly at: number; readonly failure?: unknown } | undefined;
  let fetching: Promise<void> | undefined;

  const isWithin = (since: number, ms: number) => now() >= since && now() - since < ms;

  async function fetchKeys(): Promise<void> {
    const at = now();
    try {
      const response = await options.fetch(url, {
        headers: { accept: 'application/json' },
        redirect: 'manual', // nobody else speaks for the license server
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (response.status !== 200) throw new Error(`${url} answered ${response.status}.`);
      held = { keys: createLocalJWKSet((await response.json()) as JSONWebKeySet), at };
      tried = { at };
    } catch (failure) {
      tried = { at, failure };
    }
  }

  /** One request for all who wait, and none so soon after the last. */
  async function refresh(): Promise<void> {
    if (fetching && CAN_SHARE_REQUESTS) return fetching;
    if (tried && isWithin(tried.at, held ? cooldownMs : RETRY_MS)) return;
    fetching = fetchKeys().finally(() => (fetching = undefined));
    await fetching;
  }

  return async (hint) => {
    if (!held || !isWithin(held.at, maxAgeMs)) await refresh();
    const key = held && (await lookUp(held.keys, hint));
    if (key) return found(key);
    await refresh();
    const fresh = held && (await lookUp(held.keys, hint));
    return fresh || tried?.failure === undefined
      ? found(fresh)
      : { kind: 'unavailable', cause: tried.failure };
  };
}

const found = (key: CryptoKey | undefined): FoundKey => (key ? { kind: 'found', key } : { kind: 'unknown' });

/** A key that does not fit the algorithm, is not public, or cannot be read, is none. */
async function lookUp(keys: LocalJWKSet, hint: KeyHint): Promise<CryptoKey | undefined> {
  try {
    return await keys({ ...hint });
  } catch {
    return undefined;
  }
}

/** On Cloudflare Workers a request must not wait for what another request has fetched. */
const CAN_SHARE_REQUESTS = typeof navigator === 'undefined' || navigator.userAgent !== 'Cloudflare-Workers';
