// The world of a mock license server: the real server over a store in memory, the fake marketplace that it asks, and
// what has happened there before the test begins.

import {
  createDesk,
  createLicenseServer,
  createMarketplaceVerifier,
  createMemoryStore,
  parseConfig,
  type Holding,
  type LicenseServer,
  type LicenseStore,
  type ServerConfig,
} from '../server/index.ts';
import { PURCHASES, SELLER_TOKEN, type Purchase } from './fixtures.ts';
import { createFakeMarketplace, type FakeMarketplace } from './marketplace.ts';

const MARKETPLACE = 'https://marketplace.test';
/** Who holds the seat of `seatsFull`, and had one before `banned` was banned. */
const OTHER_DEVICE = { deviceId: 'the-other-device', deviceLabel: 'Firefox on Windows' };

export interface World {
  readonly marketplace: FakeMarketplace;
  readonly server: LicenseServer;
  /** Resolves when everything has happened that was to happen before the test. */
  readonly ready: Promise<unknown>;
  /** Activates a device past all faults, and without a trace in the marketplace's calls. */
  activate(body: { licenseKey: string; deviceId: string; deviceLabel?: string }): Promise<Activation>;
  ban(key: string): Promise<void>;
  unban(key: string): Promise<void>;
  /** Calls the license invalid, as two verdicts of the marketplace would have. */
  revoke(key: string): Promise<void>;
  /** Lets the marketplace be asked again about what it has just refused. */
  askAnew(): void;
}

/** The body of an answer to /activate. */
export type Activation = { readonly lease?: string; readonly error?: string };

export interface WorldOptions {
  readonly product: string;
  readonly config: ServerConfig;
  readonly now: () => number;
}

export function createWorld({ product, config, now }: WorldOptions): World {
  const purchases = purchasesOf(product);
  const marketplace = createFakeMarketplace({ purchases, verifiesPerMinute: 0, now });
  const { store, askAnew } = createForgetfulStore();
  const serverAsking = ({ fetch }: FakeMarketplace) => {
    const verifier = createMarketplaceVerifier({
      token: SELLER_TOKEN,
      baseUrl: MARKETPLACE,
      fetch: (url, init) => fetch(new Request(url as URL, init)),
    });
    return createLicenseServer({ config, store, verifier, now });
  };
  const server = serverAsking(marketplace);

  const activate: World['activate'] = async (body) => {
    const undisturbed = { purchases: marketplace.purchases, verifiesPerMinute: 0, now };
    const response = await serverAsking(createFakeMarketplace(undisturbed)).fetch(
      new Request('https://licenses.test/activate', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, product }),
      }),
    );
    return (await response.json()) as Activation;
  };

  async function holdings(key: string): Promise<readonly Holding[]> {
    return (await createDesk({ config, store, now })).find(key);
  }

  async function ban(key: string): Promise<void> {
    if ((await holdings(key)).length === 0) await activate({ ...OTHER_DEVICE, licenseKey: key });
    const desk = await createDesk({ config, store, now });
    const found = await holdings(key);
    if (found.length === 0) throw new Error(`${key} is no license here: it cannot be banned.`);
    for (const holding of found) await desk.ban(holding);
  }

  const past = async () => {
    await activate({ ...OTHER_DEVICE, licenseKey: PURCHASES.seatsFull.key });
    await ban(PURCHASES.banned.key);
  };

  return {
    marketplace,
    server,
    ready: past(),
    activate,
    ban,
    async unban(key) {
      const desk = await createDesk({ config, store, now });
      for (const holding of await holdings(key)) await desk.unban(holding);
    },
    async revoke(key) {
      const at = { invalidSince: now(), revokedAt: now() };
      for (const { license } of await holdings(key))
        await store.changeLicense(license.product, license.keyHash, (current = license) => ({
          save: { ...current, ...at },
          outcome: undefined,
        }));
    },
    askAnew,
  };
}

/** The purchases of the kit, as if they were of the app under test. */
const purchasesOf = (product: string): Purchase[] =>
  Object.values(PURCHASES).map((purchase: Purchase) =>
    purchase.product === PURCHASES.standard.product ? { ...purchase, product } : purchase,
  );

/** A store in memory whose notes, and with them the refusals of a minute ago, can be forgotten at once. */
function createForgetfulStore(): { store: LicenseStore; askAnew: () => void } {
  const memory = createMemoryStore();
  let epoch = 0;
  return {
    store: {
      ...memory,
      findNote: (name, now) => memory.findNote(`${epoch} ${name}`, now),
      changeNote: (name, now, decide) => memory.changeNote(`${epoch} ${name}`, now, decide),
    },
    askAnew: () => (epoch += 1),
  };
}

/** @param parts of a configuration file, in place of what is usual in a test */
export function configOf(product: string, seats: object, parts: object): ServerConfig {
  const usual = { 'Standard License': 1, 'Team License': 5, 'Company License': 'unlimited' };
  const parsed = parseConfig(
    {
      products: { [product]: { seats: { ...usual, ...seats } } },
      allowedOrigins: ['*'],
      rateLimits: false,
      marketplace: { verifiesPerMinute: 0 },
      ...parts,
    },
    { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: MARKETPLACE },
  );
  if (!parsed.ok) throw new Error(`mockLicenseServer: ${parsed.errors.join('; ')}`);
  return parsed.config;
}
