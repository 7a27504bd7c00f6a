// The door: what every request passes before anybody decides about it. CORS comes first, so that every answer,
// refusals included, can be read by the page that asked.

import type { Context } from 'hono';
import { refusalBody, turnAway, wholeSeconds, type Answer, type Refusal } from './answers.ts';
import type { RateDecision } from './rate-limit.ts';
import { redactKeys } from './redact.ts';

const LARGEST_BODY_BYTES = 4096;
const PREFLIGHT_SECONDS = 86_400;
const READABLE_HEADERS = 'Retry-After, RateLimit, RateLimit-Policy, X-Request-Id';

/** What @hono/node-server hands over beside the request; absent elsewhere. */
export interface Bindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

export interface Env {
  Bindings: Bindings;
  Variables: {
    readonly requestId: string;
    /** on the clock of `performance.now()` */
    readonly since: number;
    /** What the answer will carry. A plain object: a `Headers` would cost more than the rest of an answer. */
    readonly headers: Record<string, string>;
  };
}

export type Respond = (c: Context<Env>) => Response | Promise<Response>;

const ON_EVERY_ANSWER = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  Vary: 'Origin',
} as const;

const ON_A_PREFLIGHT = {
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': 'Content-Type',
  'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
} as const;

/** Sends JSON, with the headers that were gathered for the answer. */
export const sendJson = (c: Context<Env>, body: object, status = 200): Response =>
  new Response(JSON.stringify(body), { status, headers: c.get('headers') });

/** Sends an answer, with whatever headers belong to it. */
export function send(c: Context<Env>, answer: Answer): Response {
  if (answer.ok) return sendJson(c, answer.body);
  const headers = c.get('headers');
  Object.assign(headers, answer.headers);
  if (answer.retryAfterMs !== undefined) headers['Retry-After'] = String(wholeSeconds(answer.retryAfterMs));
  return sendJson(c, refusalBody(answer, c.get('requestId')), answer.status);
}

/**
 * Names the request, sees to what every answer carries, and lets nobody in from a foreign origin. It wraps what
 * responds, instead of being a middleware, so that a request takes the framework's short way.
 */
export function createFrame(allowedOrigins: readonly string[]): (respond: Respond) => Respond {
  const isAnyAllowed = allowedOrigins.includes('*');
  const allowed = new Set(allowedOrigins);

  return (respond) => (c) => {
    const requestId = crypto.randomUUID();
    const headers: Record<string, string> = { ...ON_EVERY_ANSWER, 'X-Request-Id': requestId };
    c.set('requestId', requestId);
    c.set('since', performance.now());
    c.set('headers', headers);

    const origin = c.req.header('origin');
    if (origin === undefined) return respond(c); // servers, apps and command lines send none
    if (!isAnyAllowed && !allowed.has(origin)) {
      const named = redactKeys(JSON.stringify(origin.slice(0, 200)));
      const where = `Add ${named} to allowedOrigins in the license server's configuration.`;
      return send(c, turnAway('foreign_origin', `This origin may not use this license server. ${where}`));
    }
    headers['Access-Control-Allow-Origin'] = origin;
    headers['Access-Control-Expose-Headers'] = READABLE_HEADERS;
    if (c.req.method !== 'OPTIONS') return respond(c);
    Object.assign(headers, ON_A_PREFLIGHT);
    delete headers['Content-Type'];
    return new Response(null, { status: 204, headers });
  };
}

/** Tells the client where it stands with a rate limit (draft-ietf-httpapi-ratelimit-headers). */
export function showLimit(c: Context<Env>, { rule, remaining, resetMs }: RateDecision): void {
  const headers = c.get('headers');
  headers['RateLimit-Policy'] = `"${rule.name}";q=${rule.limit};w=${wholeSeconds(rule.windowMs)}`;
  headers['RateLimit'] = `"${rule.name}";r=${remaining};t=${wholeSeconds(resetMs)}`;
}

export type Body =
  { readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly refusal: Refusal };

/** The request's JSON, or why it has none that we read. */
export async function readBody(c: Context<Env>): Promise<Body> {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' || c.req.header('content-encoding') !== undefined)
    return turned('not_json', 'Send JSON as it is, with the header "Content-Type: application/json".');
  try {
    const text = await readText(c);
    if (text === undefined)
      return turned('too_large', `The body is longer than ${LARGEST_BODY_BYTES} bytes.`);
    return { ok: true, json: JSON.parse(text) };
  } catch {
    return turned('malformed', 'The body is not valid JSON.'); // or it was cut off: nobody is there to read why
  }
}

const turned = (why: Parameters<typeof turnAway>[0], error: string): Body => ({
  ok: false,
  refusal: turnAway(why, error),
});

/** `undefined` where it is too long. A declared length is kept to by the HTTP parser, so only others are counted. */
async function readText(c: Context<Env>): Promise<string | undefined> {
  const declared = c.req.header('content-length');
  if (declared !== undefined && c.req.header('transfer-encoding') === undefined)
    return Number(declared) <= LARGEST_BODY_BYTES ? c.req.raw.text() : undefined;
  const { body } = c.req.raw;
  if (body === undefined) return textWithin(c); // Firefox, in a page or a worker, shows no request's stream
  const reader = body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > LARGEST_BODY_BYTES) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

async function textWithin(c: Context<Env>): Promise<string | undefined> {
  const bytes = await c.req.raw.arrayBuffer();
  return bytes.byteLength <= LARGEST_BODY_BYTES ? new TextDecoder().decode(bytes) : undefined;
}
