// Puts the license server together from its parts: settings, a store, a verifier and a clock in, `fetch` out.

import type { Hono } from 'hono';
import { createBreaker } from './breaker.ts';
import { shareOut } from './budget-ledger.ts';
import { createBudget } from './budget.ts';
import type { ServerConfig } from './settings.ts';
import { createCounter } from './counter.ts';
import { createProofReader } from './device-proof.ts';
import { createFetchDoor, type AddressOf, type Bindings, type Env } from './fetch-door.ts';
import { openHashKey } from './identity.ts';
import { addGauges } from './gauges.ts';
import { createLeases } from './leases.ts';
import { createRedactedLog, secretsIn, silent, type Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createMemoryLimiters, createSharedLimiters } from './rate-limit.ts';
import { createRepeats } from './repeats.ts';
import { createRoutes, type SayAgain } from './routes.ts';
import { openSigningKeys } from './signing-keys.ts';
import type { LicenseStore } from './store.ts';
import { createVerification } from './verification.ts';
import type { Respond } from './visit.ts';
import type { Verifier } from './verifier.ts';
import { createMarketplaceVerifier } from './verifiers/3dimli.ts';
import { createWriteProbe } from './write-probe.ts';

export interface LicenseServerOptions {
  /** from `parseConfig` */
  readonly config: ServerConfig;
  readonly store: LicenseStore;
  /** who can say whether a key was bought; default: the marketplace */
  readonly verifier?: Verifier | undefined;
  /** ms since 1970 */
  readonly now?: (() => number) | undefined;
  readonly log?: Log | undefined;
  /**
   * The address that a request came from, for rate limits; `undefined` = not limited. The default knows the
   * connection of @hono/node-server; elsewhere the platform says it, e.g. in a header that only it can set.
   */
  readonly address?: AddressOf | undefined;
}

export interface LicenseServer {
  readonly app: Hono<Env>;
  /** The same for whoever speaks no `Request` and `Response`. */
  readonly respond: Respond;
  readonly fetch: (request: Request, bindings?: Bindings) => Response | Promise<Response>;
  /** Whether it can serve all: the database answers and can be written, and nobody has retired it. */
  ready(): Promise<boolean>;
  /** Turns `ready` off, so that a load balancer sends nobody new, and lets nobody wait; everything else goes on. */
  retire(): void;
  /** Ends what is under way, and closes the store. */
  close(): Promise<void>;
}

/** A license server for anything that runs `fetch` handlers; on Node see `startServer`. */
export function createLicenseServer(options: LicenseServerOptions): LicenseServer {
  const { config, store, now = Date.now, address = peerOf } = options;
  const log = createRedactedLog(options.log ?? silent, secretsIn(config));
  const { verifier = createMarketplaceVerifier(config.marketplace) } = options;
  const { verifiesPerMinute: perMinute } = config.marketplace;
  const metrics = createMetrics();
  const budget = createBudget({ store, ...shareOut(perMinute), now });
  const times = config.verdicts;
  const breaker = createBreaker(store, now);
  const verification = createVerification({ store, verifier, budget, breaker, times, now, log, metrics });
  addGauges(metrics, { store, budget, verification, breaker, now });
  const canWrite = createWriteProbe(store, now);
  let isRetired = false;

  const open = untilDone(async () => {
    const { hash, signingKeys: supplied } = config.secrets;
    const hashKey = await openHashKey(store, hash);
    const keys = await openSigningKeys({ store, supplied, rules: config.lease, now, log });
    const leases = createLeases(keys, config.lease, now, () =>
      metrics.count('license_gate_leases_signed_total'),
    );
    const rules = config.devices;
    const proofs = createProofReader({ config, store, now, log });
    const counter = createCounter({ store, verification, hashKey, proofs, leases, rules, now, log });
    return { counter, leases };
  });

  async function ready(): Promise<boolean> {
    try {
      await open();
      await store.ping();
      await canWrite();
      return !isRetired;
    } catch (cause) {
      log('error', 'not_ready', { cause: String(cause) });
      return false;
    }
  }

  const limiters = store.countWindow
    ? createSharedLimiters(store.countWindow, now)
    : createMemoryLimiters(now);
  const repeats = createRepeats<SayAgain>({ store, times, now });
  const routes = createRoutes({ config, open, repeats, ready, now, log, metrics, limiters });
  const app = createFetchDoor(routes, address);
  return {
    app,
    respond: (visit) => (routes.byPath.get(visit.path) ?? routes.nowhere)(visit),
    fetch: (request, bindings) => app.fetch(request, bindings),
    ready,
    retire() {
      isRetired = true;
      verification.stopWaiting();
    },
    async close() {
      isRetired = true;
      await verification.close();
      await store.close();
    },
  };
}

const peerOf = (_request: Request, bindings: Bindings | undefined) =>
  bindings?.incoming?.socket.remoteAddress;

/** Runs once for all who need it; after a failure, again for the next. */
function untilDone<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= run().catch((cause: unknown) => {
      result = undefined;
      throw cause;
    });
    return result;
  };
}
