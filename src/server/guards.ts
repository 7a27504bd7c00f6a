// The door: what every request passes before anybody decides about it. CORS comes first, so that every answer,
// refusals included, can be read by the page that asked.

import { refusalBody, turnAway, wholeSeconds, type Answer, type Refusal } from './answers.ts';
import type { RateDecision } from './rate-limit.ts';
import { redactKeys } from './redact.ts';
import type { Reply, Respond, Visit } from './visit.ts';

const LARGEST_BODY_BYTES = 4096;
const PREFLIGHT_SECONDS = 86_400;
const READABLE_HEADERS = 'Retry-After, RateLimit, RateLimit-Policy, X-Request-Id';

/** A visit that is being answered. */
export interface Call {
  readonly visit: Visit;
  readonly requestId: string;
  /** on the clock of `performance.now()` */
  readonly since: number;
  /** What the answer will carry. A plain object: a `Headers` would cost more than the rest of an answer. */
  readonly headers: Record<string, string>;
}

export type Handle = (call: Call) => Reply | Promise<Reply>;

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

/** JSON, with the headers that were gathered for the answer. */
export const sendJson = ({ headers }: Call, body: object, status = 200): Reply => ({
  status,
  headers,
  body: JSON.stringify(body),
});

/** An answer, with whatever headers belong to it. */
export function send(call: Call, answer: Answer): Reply {
  const { headers, requestId } = call;
  if (answer.ok) return { status: 200, headers, body: answer.json };
  Object.assign(headers, answer.headers);
  if (answer.retryAfterMs !== undefined) headers['Retry-After'] = String(wholeSeconds(answer.retryAfterMs));
  return sendJson(call, refusalBody(answer, requestId), answer.status);
}

/** Names the request, sees to what every answer carries, and lets nobody in from a foreign origin. */
export function createFrame(allowedOrigins: readonly string[]): (handle: Handle) => Respond {
  const isAnyAllowed = allowedOrigins.includes('*');
  const allowed = new Set(allowedOrigins);

  return (handle) => (visit) => {
    const requestId = crypto.randomUUID();
    const headers: Record<string, string> = { ...ON_EVERY_ANSWER, 'X-Request-Id': requestId };
    const call: Call = { visit, requestId, since: performance.now(), headers };

    const origin = visit.header('origin');
    if (origin === undefined) return handle(call); // servers, apps and command lines send none
    if (!isAnyAllowed && !allowed.has(origin)) {
      const named = redactKeys(JSON.stringify(origin.slice(0, 200)));
      const where = `Add ${named} to allowedOrigins in the license server's configuration.`;
      return send(call, turnAway('foreign_origin', `This origin may not use this license server. ${where}`));
    }
    headers['Access-Control-Allow-Origin'] = origin;
    headers['Access-Control-Expose-Headers'] = READABLE_HEADERS;
    if (visit.method !== 'OPTIONS') return handle(call);
    Object.assign(headers, ON_A_PREFLIGHT);
    delete headers['Content-Type'];
    return { status: 204, headers, body: null };
  };
}

/** Tells the client where it stands with a rate limit (draft-ietf-httpapi-ratelimit-headers). */
export function showLimit({ headers }: Call, { rule, remaining, resetMs }: RateDecision): void {
  headers['RateLimit-Policy'] = `"${rule.name}";q=${rule.limit};w=${wholeSeconds(rule.windowMs)}`;
  headers['RateLimit'] = `"${rule.name}";r=${remaining};t=${wholeSeconds(resetMs)}`;
}

export type Body =
  { readonly ok: true; readonly text: string } | { readonly ok: false; readonly refusal: Refusal };

/** What is sent as JSON, or why it is none that we read. */
export async function readBody({ visit }: Call): Promise<Body> {
  const type = visit.header('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' || visit.header('content-encoding') !== undefined)
    return turned('not_json', 'Send JSON as it is, with the header "Content-Type: application/json".');
  try {
    const text = await visit.readText(LARGEST_BODY_BYTES);
    if (text === undefined)
      return turned('too_large', `The body is longer than ${LARGEST_BODY_BYTES} bytes.`);
    return { ok: true, text };
  } catch {
    return turned('malformed', 'The body broke off.'); // nobody is there to read it
  }
}

const turned = (why: Parameters<typeof turnAway>[0], error: string): Body => ({
  ok: false,
  refusal: turnAway(why, error),
});
