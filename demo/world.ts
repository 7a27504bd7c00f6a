// The world behind the demo page: a fake marketplace, a real license server that asks it over HTTP, and one clock
// for both. Everything a switch on the page can change is here; serving it is server.ts's part.

import {
  createLicenseServer,
  createSigningKeys,
  parseConfig,
  type LicenseServer,
} from '../src/server/index.ts';
import { createSqliteStore } from '../src/server/stores/sqlite.ts';
import {
  MALFORMED_KEY,
  PURCHASES,
  SELLER_TOKEN,
  UNKNOWN_KEY,
  createFakeMarketplace,
  type FakeMarketplace,
  type Fault,
  type OrderStatus,
} from '../src/testing/index.ts';
import { createTricks, type Tricks } from './tricks.ts';

const CONFIG = {
  // The page is open under several names of this machine.
  allowedOrigins: ['*'],
  products: { '/my-tool': { seats: { 'Standard License': 1, 'Team License': 5, 'Company License': -1 } } },
  // Whoever plays with the switches is faster than any buyer.
  rateLimits: false,
};

export interface DemoKey {
  readonly key: string;
  readonly name: string;
  /** What comes of it. */
  readonly note: string;
  /** `undefined` where nobody ever bought it. */
  readonly status: OrderStatus | undefined;
}

const { standard, team, company, refunded, incomplete, otherProduct } = PURCHASES;

const KEYS: readonly Omit<DemoKey, 'status'>[] = [
  { key: standard.key, name: 'Standard License', note: 'opens, 1 device' },
  { key: team.key, name: 'Team License', note: 'opens, 5 devices' },
  { key: company.key, name: 'Company License', note: 'opens, no limit' },
  { key: refunded.key, name: 'Refunded', note: 'bought, money back' },
  { key: incomplete.key, name: 'Incomplete order', note: 'not paid yet' },
  { key: otherProduct.key, name: 'Another product', note: 'for another app' },
  { key: UNKNOWN_KEY, name: 'Unknown', note: 'nobody bought it' },
  { key: MALFORMED_KEY, name: 'Not a key', note: 'a wrong paste' },
];

export interface WorldState {
  /** How far the world's clock is ahead of the real one. */
  readonly aheadMs: number;
  readonly fault: Fault | undefined;
  readonly isServerUp: boolean;
  /** How often the marketplace was asked. */
  readonly marketplaceCalls: number;
  readonly keys: readonly DemoKey[];
}

export type Switch =
  | { readonly turn: 'marketplace'; readonly fault?: Fault | undefined }
  | { readonly turn: 'server'; readonly isUp: boolean }
  | { readonly turn: 'clock'; readonly byMs: number }
  | { readonly turn: 'order'; readonly key: string; readonly status: OrderStatus }
  | { readonly turn: 'reset' };

export interface World {
  readonly state: WorldState;
  readonly marketplace: FakeMarketplace;
  readonly license: LicenseServer;
  /** ms since 1970, by the world's clock */
  readonly now: () => number;
  /** Leases that the seller's back end must refuse. */
  tricks(): Promise<Tricks>;
  turn(change: Switch): Promise<void>;
  close(): Promise<void>;
}

/** The same for every license server of this demo, so that leases of before a reset are still genuine. */
const signingKeys = await createSigningKeys('ES256');

/** @param marketplaceUrl where server.ts serves the marketplace */
export function createWorld(marketplaceUrl: string): World {
  const now = () => Date.now() + aheadMs;
  let aheadMs = 0;
  let isServerUp = true;
  let marketplace = createFakeMarketplace({ now });
  let license = startLicenseServer(marketplaceUrl, now);

  async function reset(): Promise<void> {
    await license.close();
    aheadMs = 0;
    isServerUp = true;
    marketplace = createFakeMarketplace({ now });
    license = startLicenseServer(marketplaceUrl, now);
  }

  return {
    get state() {
      const statuses = new Map(marketplace.purchases.map(({ key, status }) => [key, status]));
      return {
        aheadMs,
        fault: marketplace.fault,
        isServerUp,
        marketplaceCalls: marketplace.calls.length,
        keys: KEYS.map((entry) => ({ ...entry, status: statuses.get(entry.key) })),
      };
    },
    get marketplace() {
      return marketplace;
    },
    get license() {
      return license;
    },
    now,
    tricks: () => createTricks(signingKeys, now),
    async turn(change) {
      switch (change.turn) {
        case 'marketplace':
          return marketplace.interfere(change.fault);
        case 'server':
          isServerUp = change.isUp;
          return;
        case 'clock':
          aheadMs += change.byMs;
          return;
        case 'order':
          return change.status === 'refunded'
            ? marketplace.refund(change.key)
            : marketplace.complete(change.key);
        case 'reset':
          return reset();
      }
    },
    close: () => license.close(),
  };
}

function startLicenseServer(marketplaceUrl: string, now: () => number): LicenseServer {
  const parsed = parseConfig(CONFIG, {
    DIMLI_SELLER_TOKEN: SELLER_TOKEN,
    DIMLI_API_URL: marketplaceUrl,
    LICENSE_GATE_SIGNING_KEYS: signingKeys,
  });
  if (!parsed.ok) throw new Error(parsed.errors.join('\n'));
  return createLicenseServer({ config: parsed.config, store: createSqliteStore(':memory:'), now });
}
