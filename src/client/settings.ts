// What the host asks for, checked once: either settings to work with, or a sentence for the developer.

import { normalizeProduct } from '../protocol/index.ts';
import { isKeySet, type KeySet } from './lease.ts';
import { DAY_MS } from './policy.ts';
import { problem, type Problem } from './problem.ts';
import type { Intervals } from './record.ts';
import type { SeatPolicy } from './model.ts';
import type { HostStorage } from './storage.ts';

export interface LicenseClientOptions {
  /** The license server: an absolute URL, or a path on the page's own origin such as `/license`. */
  readonly server: string;
  /** The product's slug; needed where the server has several products. */
  readonly product?: string | undefined;
  /**
   * The server's public keys as an object, as JSON, or the URL where it answers them: leases are then trusted only when
   * one of them signed. From a URL they are fetched once, kept, and fetched again when the server signs with a new one.
   */
  readonly publicKeys?: KeySet | string | undefined;
  /** Days an app stays open after the last confirmation, where no lease says otherwise (7). */
  readonly graceDays?: number | undefined;
  /** Hours between two checks, where the server does not say otherwise (24). */
  readonly recheckHours?: number | undefined;
  readonly seatPolicy?: SeatPolicy | undefined;
  /**
   * Names this device, at most 255 characters, where the host knows it better than a browser's storage does: a machine's
   * id in Electron or Capacitor, an id of account and device after a login. Whoever has the same id has the same seat.
   */
  readonly deviceId?: string | undefined;
  /**
   * `auto`: this device's seat is bound to a key that the browser keeps and never hands out, so that a copied device id is
   * no longer the device. Browsers that cannot keep such a key go without. Not together with `deviceId`.
   */
  readonly deviceProof?: 'auto' | undefined;
  /** Keeps the license where the host keeps its own things; `get` and `set` may return promises. */
  readonly storage?: HostStorage | undefined;
}

export interface Settings extends Intervals {
  /** without a trailing slash */
  readonly server: string;
  readonly product: string | undefined;
  /** The keys, or the URL of a JWKS. */
  readonly publicKeys: KeySet | string | undefined;
  readonly seatPolicy: SeatPolicy;
  readonly deviceId: string | undefined;
  /** `auto`: a proof is wanted, and a key made for it. */
  readonly deviceProof: string | undefined;
}

/** Where this device's id is kept. */
export const DEVICE_ID = 'device-id';
/** Where the last confirmation is kept. */
export const recordSlot = ({ server, product = '' }: Settings): string => `record:${server}|${product}`;
/** Where the keys of a JWKS are kept that was named by its URL. */
export const keysSlot = (url: string): string => `keys:${url}`;

export function readSettings(options: LicenseClientOptions): Settings | Problem {
  const server = resolveServer(options.server);
  if (typeof server !== 'string') return server;
  const product = options.product ? normalizeProduct(options.product) : undefined;
  if (options.product && !product) return wrong(`product="${options.product}" is no slug.`);
  const publicKeys = readKeys(options.publicKeys);
  if (options.publicKeys && typeof publicKeys !== 'string' && !isKeySet(publicKeys))
    return wrong('public-keys is neither a JWKS nor the URL of one.');
  return {
    server,
    product,
    publicKeys: publicKeys || undefined,
    graceMs: positive(options.graceDays, 7) * DAY_MS,
    recheckMs: positive(options.recheckHours, 24) * (DAY_MS / 24),
    seatPolicy: options.seatPolicy ?? 'ask',
    deviceId: options.deviceId,
    deviceProof: options.deviceProof,
  };
}

const wrong = (message: string): Problem => problem('config_error', message);

const positive = (value: number | undefined, otherwise: number): number =>
  value !== undefined && value >= 0 ? value : otherwise;

/** Pinned keys that cannot be read must not turn into no pinned keys. */
function readKeys(keys: KeySet | string | undefined): KeySet | string | undefined {
  if (typeof keys !== 'string') return keys;
  if (!keys.trimStart().startsWith('{')) return keys && resolve(keys)?.href;
  try {
    return JSON.parse(keys) as KeySet; // looked at below
  } catch {
    return undefined;
  }
}

function resolveServer(text = ''): string | Problem {
  const url = resolve(text);
  if (!url) return wrong(`server="${text}" is not the URL of a license server.`);
  let server = url.origin + url.pathname;
  while (server.endsWith('/')) server = server.slice(0, -1);
  return server;
}

/** A path is resolved against the page; anything else has to be a whole URL. */
function resolve(text: string): URL | undefined {
  try {
    const isPath = text.startsWith('/') || text.startsWith('./') || text.startsWith('../');
    const url = new URL(text, isPath ? document.baseURI : undefined);
    return url.protocol.startsWith('http') ? url : undefined;
  } catch {
    return undefined;
  }
}
