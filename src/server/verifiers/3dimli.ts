// Asks the 3DIMLI marketplace, and turns whatever comes back into a verdict: the HTTP status first, because its
// 429 carries `{"valid": false}` and is no statement about the key.

import { createRedact, type Redact } from '../redact.ts';
import type { Obstacle, Verdict, Verifier } from '../verifier.ts';

const ANSWER_LIMIT_MS = 5_000;
const LARGEST_ANSWER_BYTES = 16 * 1024;
const LONGEST_NAME = 200;
const LONGEST_PAUSE_MS = 300_000;

/** The name of a license that the marketplace left unnamed, as in its own test script. */
const UNNAMED = 'Standard';

const PATHS = { software: '/api/software/v1/verify', game: '/api/games/v1/verify' } as const;

export interface MarketplaceOptions {
  /** the seller's license-verification token */
  readonly token: string;
  /** without a path; default https://www.3dimli.com */
  readonly baseUrl?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** for the whole exchange, the body included; default 5,000 ms */
  readonly answerLimitMs?: number | undefined;
}

/** @see https://support.3dimli.com/software-license-integration */
export function createMarketplaceVerifier({
  token,
  baseUrl = 'https://www.3dimli.com',
  fetch = globalThis.fetch,
  answerLimitMs = ANSWER_LIMIT_MS,
}: MarketplaceOptions): Verifier {
  const redact = createRedact([token]);
  return {
    async verify(product, key) {
      const limit = new AbortController();
      const timer = setTimeout(() => limit.abort(), answerLimitMs);
      try {
        const response = await fetch(new URL(PATHS[product.kind], baseUrl), {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ key, product_slug: product.slug }),
          redirect: 'manual',
          signal: limit.signal,
        });
        return await interpret(response, limit.signal, redact);
      } catch {
        return unknown('unreachable'); // no connection, or not in time: both mean that nobody could say
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function interpret(response: Response, signal: AbortSignal, redact: Redact): Promise<Verdict> {
  if (response.status !== 200) {
    void response.body?.cancel().catch(() => {}); // nobody reads it: let the connection go
    if (response.status === 401 || response.status === 403) return unknown('refused');
    if (response.status === 429) return unknown('busy', pauseOf(response.headers.get('retry-after')));
    return unknown(response.status >= 500 ? 'unreachable' : 'garbled');
  }
  const text = await readCapped(response, signal);
  return text === undefined ? unknown('garbled') : verdictOf(text, redact);
}

function verdictOf(text: string, redact: Redact): Verdict {
  const answer = parse(text);
  if (answer.valid === false) return { kind: 'invalid' };
  if (answer.valid !== true) return unknown('garbled');
  const variant = answer.variant as { title?: unknown } | null | undefined;
  const nameOf = (value: unknown) => readName(value, redact);
  return {
    kind: 'valid',
    licenseName: nameOf(answer.licenseName) ?? UNNAMED,
    productName: nameOf(answer.productName),
    variant: nameOf(variant?.title),
  };
}

/** Anything but a JSON object reads as an empty one, which is no verdict. */
function parse(text: string): {
  valid?: unknown;
  licenseName?: unknown;
  productName?: unknown;
  variant?: unknown;
} {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

/** A name that a database and a screen can take, and anybody may read. */
function readName(value: unknown, redact: Redact): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = redact(value.replaceAll('\0', '').toWellFormed()).trim().slice(0, LONGEST_NAME);
  return name === '' ? undefined : name.toWellFormed();
}

const unknown = (why: Obstacle, retryAfterMs?: number): Verdict => ({
  kind: 'unknown',
  why,
  retryAfterMs,
});

/** Seconds or a date; what is missing, senseless or endless becomes something to live with. */
function pauseOf(header: string | null): number {
  const seconds = Number(header ?? Number.NaN);
  const pauseMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header ?? '') - Date.now();
  return Math.min(Math.max(Number.isFinite(pauseMs) ? pauseMs : 60_000, 1_000), LONGEST_PAUSE_MS);
}

/** The body as text, or `undefined` where it is longer than an answer can be. */
async function readCapped(response: Response, signal: AbortSignal): Promise<string | undefined> {
  if (!response.body) return '';
  const reader = response.body.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', stop);
  try {
    const decoder = new TextDecoder();
    let text = '';
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) throw signal.reason;
      if (done) return text + decoder.decode();
      size += value.byteLength;
      if (size > LARGEST_ANSWER_BYTES) {
        stop();
        return undefined;
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
