// What can go wrong between a license server and the marketplace, as the answers that then come.
// None of them says anything about a key, whatever their bodies look like.

import { until } from './until.ts';

export const FAULTS = [
  /** 401: the seller's token was revoked */
  'token-refused',
  /** 403: the seller's subscription has lapsed */
  'seller-refused',
  /** 503 with a page for people */
  'down',
  /** 429 with `Retry-After` and, as in the marketplace's guide, `{"valid": false}` */
  'rate-limited',
  /** 200 with half a JSON text */
  'garbled',
  /** 200 with somebody else's page, as behind a captive portal */
  'html',
  /** 200 with far more than an answer can hold */
  'endless',
  /** 302 to another host */
  'redirected',
  /** a true answer, too late */
  'slow',
  /** no answer at all */
  'hanging',
] as const;

export type Fault = (typeof FAULTS)[number];

const RETRY_AFTER_SECONDS = 45;
const ENDLESS_BYTES = 1_000_000;

/** @returns the faulty answer, or `undefined` where the true one is to follow */
export async function answerFaultily(
  fault: Fault,
  slowMs: number,
  signal: AbortSignal,
): Promise<Response | undefined> {
  switch (fault) {
    case 'token-refused':
      return Response.json({ valid: false }, { status: 401 });
    case 'seller-refused':
      return Response.json({ valid: false }, { status: 403 });
    case 'down':
      return page(503, 'Service Unavailable');
    case 'rate-limited':
      return tooManyRequests(RETRY_AFTER_SECONDS);
    case 'garbled':
      return new Response('{"valid": tr', { headers: { 'content-type': 'application/json' } });
    case 'html':
      return page(200, 'Welcome to the hotel. Please sign in.');
    case 'endless':
      return Response.json({ valid: false, padding: 'x'.repeat(ENDLESS_BYTES) });
    case 'redirected':
      return new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } });
    case 'slow':
      await until(signal, slowMs);
      return undefined;
    case 'hanging':
      await until(signal);
      return undefined;
  }
}

export const tooManyRequests = (retryAfterSeconds: number): Response =>
  Response.json({ valid: false }, { status: 429, headers: { 'retry-after': String(retryAfterSeconds) } });

const page = (status: number, text: string): Response =>
  new Response(`<!doctype html><title>${text}</title><h1>${text}</h1>`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
