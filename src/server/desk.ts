// The seller's desk: looks a license up by its key, takes devices' seats back, and bans keys. It works on the store
// alone, so it may be another process than the servers; they see what it did within a second.

import { normalizeKey } from '../protocol/index.ts';
import { openHashKey } from './identity.ts';
import { seatsOf } from './licensing.ts';
import type { Product, ServerConfig } from './settings.ts';
import type { License, LicenseStore, Seat } from './store.ts';

/** A license at the desk. */
export interface Holding {
  readonly product: Product;
  readonly license: License;
  /** `Infinity` = unlimited */
  readonly maxDevices: number;
}

export interface Desk {
  /**
   * Every product's license under that key; more than one only where a marketplace sold one key twice. Empty where no
   * server on this database has ever activated it.
   *
   * @param key in any spelling
   */
  find(key: string): Promise<readonly Holding[]>;
  /** The most recently seen first, 100 at most. */
  devices(holding: Holding): Promise<readonly Seat[]>;
  /** @returns the handles of those that held a seat */
  release(holding: Holding, handles: readonly string[]): Promise<readonly string[]>;
  /** @returns how many seats it took back */
  releaseAll(holding: Holding): Promise<number>;
  /** From now on the license is refused as revoked; its devices keep their seats for when it is lifted. */
  ban(holding: Holding): Promise<Holding>;
  unban(holding: Holding): Promise<Holding>;
}

export interface DeskOptions {
  readonly config: Pick<ServerConfig, 'products' | 'secrets'>;
  readonly store: LicenseStore;
  /** ms since 1970 */
  readonly now?: (() => number) | undefined;
}

export async function createDesk({ config, store, now = Date.now }: DeskOptions): Promise<Desk> {
  const hashKey = await openHashKey(store, config.secrets.hash);

  const release: Desk['release'] = ({ license }, handles) =>
    store.changeSeats(license.id, handles, ({ named }) => {
      const held = [...named.keys()];
      return held.length > 0 ? { change: { release: held }, outcome: held } : { outcome: held };
    });

  /** @param bannedAt decides from the license as it is at that moment */
  async function mark(
    holding: Holding,
    bannedAt: (license: License) => number | undefined,
  ): Promise<Holding> {
    const { product, keyHash } = holding.license;
    const license = await store.changeLicense(product, keyHash, (current = holding.license) => {
      const save = { ...current, bannedAt: bannedAt(current) };
      return { save, outcome: save };
    });
    return { ...holding, license };
  }

  return {
    async find(text) {
      const key = normalizeKey(text);
      if (key === undefined) return [];
      const keyHash = await hashKey(key);
      const found = await Promise.all(
        config.products.map(async (product) => {
          const license = await store.findLicense(product.name, keyHash);
          return license && { product, license, maxDevices: seatsOf(product, license.licenseName) };
        }),
      );
      return found.filter((holding) => holding !== undefined);
    },
    devices: ({ license }) => store.listSeats(license.id),
    release,
    async releaseAll(holding) {
      let released = 0;
      // A list is never longer than 100, and whoever comes meanwhile was not meant.
      for (let left = holding.license.devicesUsed; left > 0;) {
        const seats = await store.listSeats(holding.license.id);
        const gone = await release(
          holding,
          seats.map(({ handle }) => handle),
        );
        if (gone.length === 0) break;
        released += gone.length;
        left -= gone.length;
      }
      return released;
    },
    ban: (holding) => mark(holding, ({ bannedAt }) => bannedAt ?? now()),
    unban: (holding) => mark(holding, () => undefined),
  };
}
