// What can go wrong between a page and the license server, as what the page then gets. Nothing of it says anything
// about a license, so none of it may shut an open gate.

import { until } from './until.ts';

export const NETWORK_FAULTS = [
  /** no connection: `fetch` rejects */
  'offline',
  /** the true answer, too late */
  'slow',
  /** no answer at all */
  'hanging',
  /** 500 with a page for people */
  'server-error',
  /** 503 in the license server's words: it cannot ask the marketplace */
  'unavailable',
  /** 429 in the license server's words, with `Retry-After` */
  'rate-limited',
  /** 200 with half a JSON text */
  'garbled',
  /** 200 with a hotel's page to sign in at */
  'captive-portal',
  /** 403 with a page of the firm's proxy */
  'blocked',
] as const;

export type NetworkFault = (typeof NETWORK_FAULTS)[number];

const RETRY_AFTER_SECONDS = 30;

/**
 * @returns the faulty answer, or `undefined` where the true one is to follow
 * @throws TypeError where there is no connection, as `fetch` does
 */
export async function failOnTheWay(
  fault: NetworkFault,
  slowMs: number,
  signal: AbortSignal,
): Promise<Response | undefined> {
  switch (fault) {
    case 'offline':
      throw new TypeError('Failed to fetch');
    case 'slow':
      await until(signal, slowMs);
      return undefined;
    case 'hanging':
      await until(signal);
      throw signal.reason;
    case 'server-error':
      return page(500, 'Internal Server Error');
    case 'unavailable':
      return refusal(503, 'upstream_unavailable', 'License service unavailable');
    case 'rate-limited':
      return refusal(429, 'rate_limited', 'Too many requests');
    case 'garbled':
      return new Response('{"activated": tr', { headers: { 'content-type': 'application/json' } });
    case 'captive-portal':
      return page(200, 'Welcome to the hotel. Please sign in.');
    case 'blocked':
      return page(403, 'Blocked by your organization');
  }
}

const refusal = (status: number, code: string, error: string): Response =>
  Response.json(
    { error, code, retryable: true, retryAfter: RETRY_AFTER_SECONDS },
    { status, headers: { 'retry-after': String(RETRY_AFTER_SECONDS) } },
  );

const page = (status: number, text: string): Response =>
  new Response(`<!doctype html><title>${text}</title><h1>${text}</h1>`, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
  });
