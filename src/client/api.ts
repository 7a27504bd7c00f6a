// Speaks to a license server and says in one value what came of it. The HTTP status is read before the body,
// and only what is certainly a license server's statement about the license becomes a locking problem.

import {
  ActivateAnswer,
  PROBLEMS,
  RefusalAnswer,
  isLocking,
  isProblemCode,
  type ProblemCode,
  type Shape,
} from '../protocol/index.ts';
import { problem, type Problem } from './problem.ts';

/** The whole exchange, the body included. */
const ANSWER_LIMIT_MS = 10_000;

export type Answer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export interface Api {
  activate(
    body: { licenseKey: string; deviceId: string; deviceLabel?: string; replaceDevice?: string },
    signal: AbortSignal,
  ): Promise<Answer<ActivateAnswer>>;
  deactivate(
    body: { licenseKey: string; deviceId: string } | { licenseKey: string; device: string },
    signal: AbortSignal,
  ): Promise<Answer<unknown>>;
}

const anything: Shape<unknown> = (value) => value;

/** @param server the license server's URL without a trailing slash */
export function createApi(server: string, product: string | undefined, fetch: typeof globalThis.fetch): Api {
  async function post<T>(
    path: string,
    body: object,
    shape: Shape<T>,
    signal: AbortSignal,
  ): Promise<Answer<T>> {
    try {
      const response = await fetch(server + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, product }),
        credentials: 'omit',
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
      });
      return interpret(server, response, await readJson(response), shape);
    } catch (cause) {
      const code = (cause as Error).name === 'TimeoutError' ? 'timeout' : 'network_error';
      return refused(problem(code, `${server} did not answer: ${String(cause)}`));
    }
  }

  return {
    activate: (body, signal) => post('/activate', body, ActivateAnswer, signal),
    deactivate: (body, signal) => post('/deactivate', body, anything, signal),
  };
}

const refused = (why: Problem) => ({ ok: false, problem: why }) as const;

/** `undefined` for anything that is not JSON: a captive portal, a proxy's error page. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the status alone decides then
  }
}

function interpret<T>(server: string, response: Response, body: unknown, shape: Shape<T>): Answer<T> {
  const value = shape(body);
  if (response.status === 200 && value !== undefined) return { ok: true, value };
  const refusal = RefusalAnswer(body);
  const message = refusal?.error ?? `${server} answered ${response.status} without a license server’s words.`;
  const retryAfter = refusal?.retryAfter ?? secondsOf(response.headers.get('retry-after'));
  const { devices, maxDevices, requestId } = refusal ?? {};
  return refused(
    problem(codeOf(response.status, refusal), message, { retryAfter, devices, maxDevices, requestId }),
  );
}

/** Servers that follow the marketplace's guide send no `code`: their status and English text say the same. */
function codeOf(status: number, refusal: RefusalAnswer | undefined): ProblemCode {
  if (isProblemCode(refusal?.code) && hasStatus(refusal.code, status)) return refusal.code;
  const text = refusal?.error ?? '';
  if (status === 403 && (refusal?.maxDevices !== undefined || /^seat limit reached/i.test(text)))
    return 'seat_limit_reached';
  if (status === 403 && /^invalid license/i.test(text)) return 'license_invalid';
  if (status === 429) return 'rate_limited';
  if (status === 503) return 'upstream_unavailable';
  return status === 400 && refusal?.error !== undefined ? 'invalid_request' : 'bad_response';
}

/** What may shut a gate counts only with its own status, so that no proxy's or other API's answer can. */
const hasStatus = (code: ProblemCode, status: number): boolean =>
  !isLocking(code) || status === PROBLEMS[code].status;

/** `Retry-After` is seconds or a date; cross-origin it can be read only where the server exposes it. */
function secondsOf(header: string | null): number | undefined {
  const seconds = parseInt(header ?? '', 10);
  return seconds >= 0 ? seconds : undefined;
}
