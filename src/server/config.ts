// Turns the configuration file and the environment into settings with all defaults, or into one list of
// everything that is wrong with them.

import { normalizeProduct } from '../protocol/index.ts';
import { environmentErrors, issueErrors } from './config-errors.ts';
import { ConfigFile, FRESH_HOURS } from './config-schema.ts';
import { originOf } from './origin.ts';
import type { Environment, LeaseAlgorithm, Product, RateLimits, ServerConfig } from './settings.ts';

export type ConfigResult =
  | { readonly ok: true; readonly config: ServerConfig }
  | { readonly ok: false; readonly errors: readonly string[] };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * @param json the parsed configuration file
 * @param env `DIMLI_SELLER_TOKEN` (required), `DIMLI_API_URL`, `LICENSE_GATE_HASH_SECRET`, `LICENSE_GATE_SIGNING_KEYS`
 */
export function parseConfig(json: unknown, env: Environment): ConfigResult {
  const parsed = ConfigFile.safeParse(json);
  const issues = parsed.error?.issues ?? [];
  const algorithm = algorithmOf(json);
  const errors = [...issues.flatMap(issueErrors), ...environmentErrors(env, algorithm)];
  if (!parsed.success || errors.length > 0) return { ok: false, errors };

  const file = parsed.data;
  const products = Object.entries(file.products).map(([slug, product]) => productOf(slug, product));
  const {
    freshHours = FRESH_HOURS,
    staleHours = Math.max(48, freshHours),
    keepDays = 7,
    confirmMinutes = 10,
  } = file.verdicts ?? {};
  const { hours = 24, graceDays = 7 } = file.lease ?? {};
  const publicUrl = file.publicUrl?.replace(/\/+$/, '');
  const config: ServerConfig = {
    products,
    allowedOrigins: (file.allowedOrigins ?? []).map(originOf),
    publicUrl,
    database: file.database ?? 'licenses.db',
    verdicts: {
      freshMs: freshHours * HOUR_MS,
      staleMs: staleHours * HOUR_MS,
      keepMs: keepDays * DAY_MS,
      confirmMs: confirmMinutes * MINUTE_MS,
    },
    marketplace: {
      token: env.DIMLI_SELLER_TOKEN?.trim() ?? '',
      baseUrl: (env.DIMLI_API_URL || 'https://www.3dimli.com').trim().replace(/\/+$/, ''),
      verifiesPerMinute: file.marketplace?.verifiesPerMinute ?? 27,
    },
    devices: {
      idleMs: (file.devices?.idleDays ?? 30) * DAY_MS,
      newPerDay: file.devices?.newPerDay ?? 10,
    },
    lease: {
      algorithm,
      issuer: publicUrl ?? 'license-gate',
      validMs: hours * HOUR_MS,
      graceMs: graceDays * DAY_MS,
    },
    rateLimits: file.rateLimits === false ? NO_LIMITS : limitsOf(file.rateLimits ?? {}),
    trustedProxies: file.trustedProxies ?? [],
    secrets: {
      hash: env.LICENSE_GATE_HASH_SECRET || undefined,
      signingKeys: env.LICENSE_GATE_SIGNING_KEYS || undefined,
    },
  };
  return { ok: true, config };
}

/** What leases are to be signed with, also where the rest of the file cannot be used. */
const algorithmOf = (json: unknown): LeaseAlgorithm =>
  (json as { readonly lease?: { readonly algorithm?: unknown } } | null)?.lease?.algorithm === 'Ed25519'
    ? 'Ed25519'
    : 'ES256';

const NO_LIMITS: RateLimits = {
  activatePerMinute: 0,
  deactivatePerMinute: 0,
  statusPerMinute: 0,
  statusPerMinutePerKey: 0,
  unknownKeysPerMinute: 0,
  unknownKeysPerHour: 0,
};

const limitsOf = ({
  activatePerMinute = 10,
  deactivatePerMinute = 10,
  statusPerMinute = 60,
  statusPerMinutePerKey = 30,
  unknownKeysPerMinute = 5,
  unknownKeysPerHour = 30,
}: Partial<Record<keyof RateLimits, number | undefined>>): RateLimits => ({
  activatePerMinute,
  deactivatePerMinute,
  statusPerMinute,
  statusPerMinutePerKey,
  unknownKeysPerMinute,
  unknownKeysPerHour,
});

function productOf(slug: string, product: ConfigFile['products'][string]): Product {
  return {
    slug,
    name: normalizeProduct(slug) ?? '',
    kind: product.kind ?? 'software',
    seats: new Map(Object.entries(product.seats).map(([name, seats]) => [name, seatCount(seats)])),
    defaultSeats: seatCount(product.defaultSeats ?? 1),
    deviceProof: product.deviceProof ?? 'optional',
  };
}

const seatCount = (seats: number | 'unlimited'): number =>
  seats === 'unlimited' || seats === -1 ? Number.POSITIVE_INFINITY : seats;
