// What the host asks for, checked once: either settings to work with, or a sentence for the developer.

import { normalizeProduct } from '../protocol/index.ts';
import type { KeySet } from './lease.ts';
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
  /** The server's public keys, as an object or as JSON: leases are then trusted only when one of them signed. */
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
  /** Keeps the license where the host keeps its own things; `get` and `set` may return promises. */
  readonly storage?: HostStorage | undefined;
}

export interface Settings extends Intervals {
  /** without a trailing slash */
  readonly server: string;
  readonly product: string | undefined;
  readonly publicKeys: KeySet | undefined;
  readonly seatPolicy: SeatPolicy;
  readonly deviceId: string | undefined;
}

export function readSettings(options: LicenseClientOptions): Settings | Problem {
  const server = resolveServer(options.server);
  if (typeof server !== 'string') return server;
  const product = options.product ? normalizeProduct(options.product) : undefined;
  if (options.product && !product) return wrong(`product="${options.product}" is no slug.`);
  const publicKeys = readKeys(options.publicKeys);
  if (publicKeys === 'unreadable')
    return wrong('public-keys is not what your server answers at /.well-known/jwks.json.');
  return {
    server,
    product,
    publicKeys,
    graceMs: positive(options.graceDays, 7) * DAY_MS,
    recheckMs: positive(options.recheckHours, 24) * (DAY_MS / 24),
    seatPolicy: options.seatPolicy ?? 'ask',
    deviceId: options.deviceId,
  };
}

const wrong = (message: string): Problem => problem('config_error', message);

const positive = (value: number | undefined, otherwise: number): number =>
  value !== undefined && value >= 0 ? value : otherwise;

/** Pinned keys that cannot be read must not turn into no pinned keys. */
function readKeys(keys: KeySet | string | undefined): KeySet | undefined | 'unreadable' {
  if (keys === undefined || keys === '') return undefined;
  try {
    const set: unknown = typeof keys === 'string' ? JSON.parse(keys) : keys;
    return isKeySet(set) ? set : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

const isKeySet = (value: unknown): value is KeySet => Array.isArray((value as KeySet | null)?.keys);

/** A path is resolved against the page; anything else has to be a whole URL. */
function resolveServer(text = ''): string | Problem {
  try {
    const url = new URL(text, /^\.{0,2}\//.test(text) ? document.baseURI : undefined);
    if (url.protocol.startsWith('http')) return url.origin + url.pathname.replace(/\/+$/, '');
  } catch {
    // said below
  }
  return wrong(`server="${text}" is not the URL of a license server.`);
}
