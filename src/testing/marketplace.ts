// A marketplace that speaks the real one's verification API, for tests and the demo: it knows a list of purchases,
// and can be told to refund them, to fail, or to refuse the seller.

import { Hono, type Context } from 'hono';
import { normalizeProduct } from '../protocol/index.ts';
import { answerFaultily, tooManyRequests, type Fault } from './faults.ts';
import { PURCHASES, SELLER_TOKEN, type OrderStatus, type Purchase } from './fixtures.ts';

const MINUTE_MS = 60_000;
const DEFAULT_SLOW_MS = 1_500;

export interface MarketplaceOptions {
  /** What is there at first; default: all of {@link PURCHASES}. */
  readonly purchases?: readonly Purchase[] | undefined;
  readonly token?: string | undefined;
  /** 0 = no limit. The real one's is 30. */
  readonly verifiesPerMinute?: number | undefined;
  /** ms since 1970 */
  readonly now?: (() => number) | undefined;
}

export interface MarketplaceCall {
  readonly at: number;
  readonly key: string;
  /** the slug as it was sent */
  readonly product: string;
  /** the HTTP status that was answered; `undefined` = not yet */
  readonly status: number | undefined;
}

export interface FakeMarketplace {
  /** A `fetch` handler for `POST /api/software/v1/verify` and `POST /api/games/v1/verify`. */
  fetch(request: Request): Promise<Response>;
  /** Every call that came with a good token, in order. */
  readonly calls: readonly MarketplaceCall[];
  /** How often a key was asked about. */
  callsFor(key: string): number;
  add(purchase: Purchase): void;
  /** Everything that was ever bought, as it stands now. */
  readonly purchases: readonly Purchase[];
  refund(key: string): void;
  /** Takes a refund back. */
  restore(key: string): void;
  /** Completes an order that was paid but not yet through. */
  complete(key: string): void;
  /** Fails like this from now on; without a fault it works again. */
  interfere(fault?: Fault, options?: { readonly slowMs?: number }): void;
  readonly fault: Fault | undefined;
  /** 0 = no limit */
  limit(verifiesPerMinute: number): void;
}

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

type Verdict =
  | { readonly valid: false }
  | {
      readonly valid: true;
      readonly productName: string;
      readonly licenseName: string;
      readonly variant?: { readonly title: string };
      readonly productStatus?: 'published';
    };

/** The one answer for everything that is not valid. It never says why. */
const INVALID: Verdict = { valid: false };

export function createFakeMarketplace(options: MarketplaceOptions = {}): FakeMarketplace {
  const { token = SELLER_TOKEN, now = Date.now } = options;
  const purchases = new Map<string, Purchase>();
  const calls: MarketplaceCall[] = [];
  let perMinute = options.verifiesPerMinute ?? 30;
  let fault: Fault | undefined;
  let slowMs = DEFAULT_SLOW_MS;
  let recent: number[] = [];

  for (const purchase of options.purchases ?? Object.values(PURCHASES)) add(purchase);

  const app = new Hono();
  app.post('/api/software/v1/verify', (c) => verify(c, 'software'));
  app.post('/api/games/v1/verify', (c) => verify(c, 'game'));

  async function verify(c: Context, kind: Purchase['kind']): Promise<Response> {
    if (c.req.header('authorization') !== `Bearer ${token}`) return c.json(INVALID, 401);
    const { key, product } = readQuestion(await c.req.json().catch(() => undefined));
    const call: Mutable<MarketplaceCall> = { at: now(), key, product, status: undefined };
    calls.push(call);
    const response = await answer(c, kind, key, product);
    call.status = response.status;
    return response;
  }

  async function answer(c: Context, kind: Purchase['kind'], key: string, product: string): Promise<Response> {
    const faulty = fault && (await answerFaultily(fault, slowMs, c.req.raw.signal));
    if (faulty) return faulty;
    const pauseMs = takeTurn();
    if (pauseMs > 0) return tooManyRequests(Math.ceil(pauseMs / 1000));
    if (!sells(product)) return c.json(INVALID, 403);
    return c.json(verdictOf(purchases.get(key.toLowerCase()), kind, product));
  }

  /** @returns how long to wait for the next turn; 0 = it was taken */
  function takeTurn(): number {
    const time = now();
    recent = recent.filter((turn) => turn > time - MINUTE_MS);
    const oldest = recent[0];
    if (perMinute > 0 && recent.length >= perMinute && oldest !== undefined) return oldest + MINUTE_MS - time;
    recent.push(time);
    return 0;
  }

  /** The seller owns what was ever bought here. */
  const sells = (product: string): boolean =>
    [...purchases.values()].some((purchase) => isSameProduct(purchase.product, product));

  function add(purchase: Purchase): void {
    purchases.set(purchase.key.toLowerCase(), purchase);
  }

  function setStatus(key: string, status: OrderStatus): void {
    const purchase = purchases.get(key.toLowerCase());
    if (!purchase) throw new Error(`Nobody has bought ${key} here: add() the purchase first.`);
    add({ ...purchase, status });
  }

  return {
    fetch: async (request) => app.fetch(request),
    calls,
    callsFor: (key) => calls.filter((call) => call.key === key).length,
    add,
    get purchases() {
      return [...purchases.values()];
    },
    refund: (key) => setStatus(key, 'refunded'),
    restore: (key) => setStatus(key, 'complete'),
    complete: (key) => setStatus(key, 'complete'),
    interfere(next, { slowMs: ms = DEFAULT_SLOW_MS } = {}) {
      fault = next;
      slowMs = ms;
    },
    get fault() {
      return fault;
    },
    limit(verifiesPerMinute) {
      perMinute = verifiesPerMinute;
    },
  };
}

function verdictOf(purchase: Purchase | undefined, kind: Purchase['kind'], product: string): Verdict {
  const isHeld =
    purchase?.status === 'complete' && purchase.kind === kind && isSameProduct(purchase.product, product);
  if (!isHeld) return INVALID;
  const { productName, licenseName, variant } = purchase;
  return {
    valid: true,
    productName,
    licenseName,
    ...(variant === undefined ? {} : { variant: { title: variant } }),
    ...(kind === 'game' ? { productStatus: 'published' } : {}),
  };
}

function readQuestion(body: unknown): { key: string; product: string } {
  const { key, product_slug: product } = Object(body) as { key?: unknown; product_slug?: unknown };
  return {
    key: typeof key === 'string' ? key : '',
    product: typeof product === 'string' ? product : '',
  };
}

/** `/my-tool`, `my-tool` and `software/my-tool` are one product. */
const isSameProduct = (one: string, other: string): boolean =>
  normalizeProduct(one) !== undefined && normalizeProduct(one) === normalizeProduct(other);
