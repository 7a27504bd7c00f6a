// The door: what every request passes before anybody decides about it. CORS comes first, so that every answer,
// refusals included, can be read by the page that asked.

import type { Context, MiddlewareHandler } from 'hono';
import { refusalBody, turnAway, wholeSeconds, type Answer, type Refusal } from './answers.ts';
import type { RateDecision } from './rate-limit.ts';

export const LARGEST_BODY_BYTES = 4096;
const PREFLIGHT_SECONDS = 86_400;
const READABLE_HEADERS = 'Retry-After, RateLimit, RateLimit-Policy, X-Request-Id';

/** What @hono/node-server hands over beside the request; absent elsewhere. */
export interface Bindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

export interface Env {
  Bindings: Bindings;
  Variables: { requestId: string };
}

/** Sends an answer, with whatever headers belong to it. */
export function send(c: Context<Env>, answer: Answer): Response {
  if (answer.ok) return c.json(answer.body);
  for (const [name, value] of Object.entries(answer.headers ?? {})) c.header(name, value);
  if (answer.retryAfterMs !== undefined) c.header('Retry-After', String(wholeSeconds(answer.retryAfterMs)));
  // The statuses of the table in answers.ts are all that ever come here.
  return c.json(refusalBody(answer, c.get('requestId')), answer.status as 400);
}

/** Names the request, and puts on the answer what every answer carries. */
export function frame(allowedOrigins: readonly string[]): MiddlewareHandler<Env> {
  const isAnyAllowed = allowedOrigins.includes('*');
  const allowed = new Set(allowedOrigins);

  return async (c, next) => {
    const requestId = crypto.randomUUID();
    c.set('requestId', requestId);
    c.header('X-Request-Id', requestId);
    c.header('Cache-Control', 'no-store');
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Vary', 'Origin');

    const origin = c.req.header('origin');
    if (origin === undefined) return next(); // servers, apps and command lines send none
    if (!isAnyAllowed && !allowed.has(origin)) {
      const where = `Add ${JSON.stringify(origin.slice(0, 200))} to allowedOrigins in the license server's configuration.`;
      return send(c, turnAway('foreign_origin', `This origin may not use this license server. ${where}`));
    }
    c.header('Access-Control-Allow-Origin', origin);
    c.header('Access-Control-Expose-Headers', READABLE_HEADERS);
    if (c.req.method !== 'OPTIONS') return next();
    c.header('Access-Control-Allow-Methods', 'GET, POST');
    c.header('Access-Control-Allow-Headers', 'Content-Type');
    c.header('Access-Control-Max-Age', String(PREFLIGHT_SECONDS));
    return c.body(null, 204);
  };
}

/** Tells the client where it stands with a rate limit (draft-ietf-httpapi-ratelimit-headers). */
export function showLimit(c: Context<Env>, { rule, remaining, resetMs }: RateDecision): void {
  c.header('RateLimit-Policy', `"${rule.name}";q=${rule.limit};w=${wholeSeconds(rule.windowMs)}`);
  c.header('RateLimit', `"${rule.name}";r=${remaining};t=${wholeSeconds(resetMs)}`);
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
    return Number(declared) <= LARGEST_BODY_BYTES ? c.req.text() : undefined;
  const reader = c.req.raw.body?.getReader();
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
