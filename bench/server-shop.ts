// A seller whose license server is measured: bought keys, a marketplace that takes as long as a real one, and the
// servers that are compared.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PURCHASES, createFakeMarketplace, type Purchase } from '../src/testing/index.ts';
import { serveFetch } from '../test/support/http.ts';
import { fileAt, start, type Contender } from './contender.ts';

export const ECHO = 'bare echo';
export const SAMPLE = "guide's Express sample";
export const SQLITE = 'license-gate, SQLite';
export const POSTGRES = 'license-gate, PostgreSQL';

export const HASH_SECRET = 'the secret of a benchmark, which anybody may know';

/** How long the marketplace takes for an answer. */
const ANSWER_MS = 50;

export interface Shop {
  /** Makes new keys that were bought. */
  sell(count: number, purchase?: Purchase): string[];
  /** How often the marketplace was asked about these keys. */
  askedAbout(keys: readonly string[]): number;
  /** A path in a folder that is gone when the shop is closed. */
  newFile(): string;
  startEcho(): Promise<Contender>;
  startSample(): Promise<Contender>;
  /** @param database a file or a `postgres://` URL */
  startGate(name: string, database: string): Promise<Contender>;
  /** Ends every server, too. */
  close(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-bench-'));
  const marketplace = createFakeMarketplace({ verifiesPerMinute: 0 });
  const market = await serveFetch(async (request) => {
    await pause(ANSWER_MS);
    return marketplace.fetch(request);
  });
  const environment = { DIMLI_API_URL: market.url, LICENSE_GATE_HASH_SECRET: HASH_SECRET };
  const started: Contender[] = [];
  let files = 0;
  const newFile = () => join(folder, `${(files += 1)}.db`);

  async function run(name: string, ...args: string[]): Promise<Contender> {
    const contender = await start(name, args, environment);
    started.push(contender);
    return contender;
  }

  return {
    sell: (count, purchase = PURCHASES.company) =>
      Array.from({ length: count }, () => {
        const key = crypto.randomUUID();
        marketplace.add({ ...purchase, key });
        return key;
      }),
    askedAbout: (keys) => keys.reduce((sum, key) => sum + marketplace.callsFor(key), 0),
    newFile,
    startEcho: () => run(ECHO, fileAt('echo-server.mjs')),
    startSample: () => run(SAMPLE, fileAt('guide-server.mjs')),
    startGate(name, database) {
      const config = `${newFile()}.json`;
      writeFileSync(config, JSON.stringify(configFor(database)));
      const serve = ['serve', '--port', '0', '--log', 'error', '--config', config];
      return run(name, fileAt('../dist/cli/main.js'), ...serve);
    },
    async close() {
      await Promise.all(started.map((contender) => contender.stop()));
      await market.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const configFor = (database: string) => ({
  products: {
    '/my-tool': { seats: { 'Standard License': 1, 'Team License': 5, 'Company License': 'unlimited' } },
  },
  allowedOrigins: ['*'],
  database,
  rateLimits: false,
  marketplace: { verifiesPerMinute: 0 },
  devices: { newPerDay: 0 },
});
