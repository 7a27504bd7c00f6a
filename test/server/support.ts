// A license server for tests: the real one over a store of your choice, with a fake marketplace and a clock that
// stands still until it is told to go on.
import {
  createLicenseServer,
  createMarketplaceVerifier,
  createMemoryStore,
  parseConfig,
  type LicenseServer,
  type LicenseStore,
  type Log,
  type ServerConfig,
} from '../../src/server/index.ts';
import { createFakeMarketplace, SELLER_TOKEN, type FakeMarketplace } from '../../src/testing/index.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
export const START = Date.parse('2026-11-23T12:00:00Z');

export const ORIGIN = 'https://app.example.com';

export const SEATS = { 'Standard License': 1, 'Team License': 5, 'Company License': 'unlimited' };

/** What a seller might write: one product, and no limits that would get in a test's way. */
export const CONFIG = {
  products: { '/my-tool': { seats: SEATS } },
  allowedOrigins: [ORIGIN],
  rateLimits: false,
} as const;

export function configOf(json: object = {}, env: Record<string, string> = {}): ServerConfig {
  const result = parseConfig({ ...CONFIG, ...json }, { DIMLI_SELLER_TOKEN: SELLER_TOKEN, ...env });
  if (!result.ok) throw new Error(result.errors.join('\n'));
  return result.config;
}

export interface Clock {
  readonly now: () => number;
  advance(ms: number): void;
}

export function createClock(start = START): Clock {
  let time = start;
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test says itself what it expects to find
  readonly body: any;
}

export interface TestServer {
  readonly server: LicenseServer;
  readonly market: FakeMarketplace;
  readonly clock: Clock;
  readonly store: LicenseStore;
  readonly log: readonly string[];
  post(path: string, body: unknown, headers?: Record<string, string>, address?: string): Promise<Reply>;
  activate(licenseKey: string, deviceId: string, more?: object): Promise<Reply>;
  deactivate(licenseKey: string, more: object): Promise<Reply>;
  status(licenseKey: string, more?: object): Promise<Reply>;
}

export interface TestOptions {
  readonly config?: object | undefined;
  readonly store?: LicenseStore | undefined;
  readonly market?: FakeMarketplace | undefined;
  readonly clock?: Clock | undefined;
  /** Stands in for the way to the marketplace. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly answerLimitMs?: number | undefined;
}

export function createTestServer(options: TestOptions = {}): TestServer {
  const { clock = createClock(), store = createMemoryStore() } = options;
  const { market = createFakeMarketplace({ now: clock.now }) } = options;
  const config = configOf(options.config);
  const lines: string[] = [];
  const log: Log = (level, event, fields) => void lines.push(JSON.stringify({ level, event, ...fields }));
  const verifier = createMarketplaceVerifier({
    ...config.marketplace,
    answerLimitMs: options.answerLimitMs,
    fetch: options.fetch ?? ((input, init) => market.fetch(new Request(input, init))),
  });
  const server = createLicenseServer({ config, store, verifier, now: clock.now, log });

  const post: TestServer['post'] = async (path, body, headers = {}, address = '192.0.2.1') => {
    const request = new Request(`http://license.test${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return readReply(await server.fetch(request, { incoming: { socket: { remoteAddress: address } } }));
  };

  return {
    server,
    market,
    clock,
    store,
    log: lines,
    post,
    activate: (licenseKey, deviceId, more = {}) => post('/activate', { licenseKey, deviceId, ...more }),
    deactivate: (licenseKey, more) => post('/deactivate', { licenseKey, ...more }),
    status: (licenseKey, more = {}) => post('/status', { licenseKey, ...more }),
  };
}

export async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
