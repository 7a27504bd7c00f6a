// A license server for tests, without a port: the real one behind a `fetch` of its own, with ways to break the network
// in between, to move the clock, and to see what was asked.

import { createDeviceStorage, type DeviceStorage } from './device-storage.ts';
import { forgetInBrowser } from './forget-in-browser.ts';
import { KEYS, PRODUCT } from './fixtures.ts';
import type { FakeMarketplace } from './marketplace.ts';
import { failOnTheWay, type NetworkFault } from './network-faults.ts';
import { configOf, createWorld, type World } from './world.ts';

const DEFAULT_URL = 'https://licenses.test';
const DEFAULT_SLOW_MS = 1_500;
const SECOND_MS = 1_000;

/** Some simulated browsers (happy-dom) ask whether they may, and lose the `Origin` that the server would answer to. */
const FOR_EVERY_ORIGIN = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Headers': 'Content-Type',
};

export interface MockOptions {
  /** What the app under test has as its license server; default `https://licenses.test`. */
  readonly url?: string | undefined;
  /** What the app under test has as its product; default `/my-tool`. */
  readonly product?: string | undefined;
  /** Devices by license name, beside or in place of Standard License 1, Team License 5, Company License unlimited. */
  readonly seats?: Readonly<Record<string, number | 'unlimited'>> | undefined;
  /** Parts of license-gate.config.json in place of the mock's own, which has no rate limits. */
  readonly config?: object | undefined;
  /** ms since 1970; default: `Date.now()`, and so whatever fake timers make of it */
  readonly now?: (() => number) | undefined;
}

export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

export interface MockRequest {
  readonly method: string;
  /** e.g. `/activate` */
  readonly path: string;
  /** what was sent as JSON */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** by the mock's clock, ms since 1970 */
  readonly at: number;
  /** the HTTP status; `undefined` = nobody was answered, or not yet */
  readonly status: number | undefined;
}

export interface Interference {
  /** how late `slow` is (1,500) */
  readonly slowMs?: number | undefined;
  /** how many requests it hits; default: all until it is lifted */
  readonly times?: number | undefined;
}

export interface Mock {
  readonly url: string;
  readonly product: string;
  /** License keys by what comes of them. */
  readonly keys: typeof KEYS;
  /** Answers as the license server; what is not for it goes to the real `fetch`. */
  readonly fetch: typeof globalThis.fetch;
  /**
   * For a gate's `environment` and for `createLicenseClient(options, environment)`: this network, this clock, and a
   * device that only this mock's tests know. It needs neither msw nor a browser.
   */
  readonly environment: {
    readonly fetch: typeof globalThis.fetch;
    readonly now: () => number;
    readonly storage: DeviceStorage;
  };
  /** Everything that was asked, in order. */
  readonly requests: readonly MockRequest[];
  /** The marketplace behind it: its calls, its faults, its purchases. Another one after each `reset`. */
  readonly marketplace: FakeMarketplace;

  /** Breaks the way to the license server from now on; without a fault it works again, and open pages hear of it. */
  interfere(fault?: NetworkFault, options?: Interference): void;
  /** ms since 1970 */
  now(): number;
  /** Lets time pass for the server and for everybody who has the `environment`; open pages look at their clock. */
  advance(duration: Duration): void;

  /** Buys one more license. @returns its key */
  buy(licenseName: string, options?: { readonly variant?: string }): string;
  /** Gives the money back, and lets the license server have confirmed it: the next to ask is refused. */
  refund(key: string): Promise<void>;
  /** Completes an order that was paid but not yet through, or takes a refund back. */
  complete(key: string): void;
  /** The seller's own refusal. @throws where no license of that key can be activated */
  ban(key: string): Promise<void>;
  unban(key: string): Promise<void>;
  /**
   * A lease to send to a back end under test; it takes a seat under that key.
   *
   * @param key default: `keys.unlimited`
   * @throws where the key is refused
   */
  lease(key?: string): Promise<string>;

  /**
   * Begins anew: nobody is activated, no fault, the present time, no requests; and this browser has no license.
   *
   * @returns when a gate that was just removed cannot store its license any more either
   */
  reset(): Promise<void>;
}

export function createMock(options: MockOptions = {}): Mock {
  const url = (options.url ?? DEFAULT_URL).replace(/\/+$/, '');
  const { product = PRODUCT, seats = {}, now: time = Date.now } = options;
  const config = configOf(product, seats, options.config ?? {});
  const realFetch = globalThis.fetch;
  const storage = createDeviceStorage();
  const requests: Mutable<MockRequest>[] = [];
  let aheadMs = 0;
  let fault: { kind: NetworkFault; slowMs: number; left: number } | undefined;
  const now = () => time() + aheadMs;
  let world: World = createWorld({ product, config, now });

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    if (!request.url.startsWith(`${url}/`)) return realFetch(request);
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: FOR_EVERY_ORIGIN });
    const text = await request.text();
    const path = request.url.slice(url.length);
    const { pathname } = new URL(path, DEFAULT_URL);
    const body = parse(text);
    const asked: Mutable<MockRequest> = {
      method: request.method,
      path: pathname,
      body,
      at: now(),
      status: undefined,
    };
    requests.push(asked);
    const { method, headers, signal } = request;
    const response =
      (await fail(signal)) ??
      (await answer(new Request(DEFAULT_URL + path, { method, headers, body: text || null })));
    for (const [name, value] of Object.entries(FOR_EVERY_ORIGIN)) response.headers.set(name, value);
    asked.status = response.status;
    return response;
  };

  async function fail(signal: AbortSignal): Promise<Response | undefined> {
    const hit = fault;
    if (!hit) return undefined;
    hit.left -= 1;
    if (hit.left <= 0) fault = undefined;
    const response = await failOnTheWay(hit.kind, hit.slowMs, signal);
    signal.throwIfAborted();
    return response;
  }

  async function answer(request: Request): Promise<Response> {
    const { server, ready } = world;
    await ready;
    return server.fetch(request);
  }

  return {
    url,
    product,
    keys: KEYS,
    fetch,
    environment: { fetch, now, storage },
    requests,
    get marketplace() {
      return world.marketplace;
    },
    interfere(kind, { slowMs = DEFAULT_SLOW_MS, times = Number.POSITIVE_INFINITY } = {}) {
      fault = kind && { kind, slowMs, left: times };
      if (!kind) globalThis.window?.dispatchEvent(new Event('online'));
    },
    now,
    advance({ days = 0, hours = 0, minutes = 0, seconds = 0 }) {
      aheadMs += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND_MS;
      globalThis.document?.dispatchEvent(new Event('visibilitychange'));
    },
    buy(licenseName, { variant } = {}) {
      const key = crypto.randomUUID();
      const productName = 'My Tool';
      world.marketplace.add({
        key,
        product,
        kind: 'software',
        productName,
        licenseName,
        variant,
        status: 'complete',
      });
      return key;
    },
    async refund(key) {
      world.marketplace.refund(key);
      await world.ready;
      await world.revoke(key);
    },
    complete(key) {
      world.marketplace.complete(key);
      world.askAnew();
    },
    async ban(key) {
      await world.ready;
      await world.ban(key);
    },
    async unban(key) {
      await world.ready;
      await world.unban(key);
    },
    async lease(key = KEYS.unlimited) {
      await world.ready;
      const { lease, error } = await world.activate({ licenseKey: key, deviceId: 'a-device-of-the-test' });
      if (lease === undefined) throw new Error(`There is no lease for ${key}: ${error}`);
      return lease;
    },
    async reset() {
      aheadMs = 0;
      fault = undefined;
      requests.length = 0;
      world = createWorld({ product, config, now });
      storage.clear();
      await forgetInBrowser(url);
    },
  };
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // a GET, or what a test sends to see it refused
  }
}
