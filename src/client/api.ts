// Speaks to a license server and says in one value what came of it. The HTTP status is read before the body,
// and only what is certainly a license server's statement about the license becomes a locking problem.

import {
  PROBLEMS,
  RefusalAnswer,
  isLocking,
  isProblemCode,
  type ProblemCode,
  type Shape,
} from '../protocol/index.ts';
import { endOf } from './limit.ts';
import { problem, type Problem } from './problem.ts';

/** The whole exchange, the body included. */
const ANSWER_LIMIT_MS = 10_000;

/**
 * Asks the license server.
 *
 * @returns the answer, or the problem that came instead of it
 */
export type Ask = <T extends object>(
  path: Path,
  body: Body,
  shape: Shape<T>,
  signal: AbortSignal,
) => Promise<T | Problem>;

export type Path = '/activate' | '/deactivate';

export interface Body {
  readonly licenseKey: string;
  /** Who has lost a key asks as another device, and finds here which one that was. */
  deviceId?: string;
  readonly deviceLabel?: string;
  readonly device?: string;
  readonly replaceDevice?: string | undefined;
  /** see device-proof.ts */
  readonly proof?: string | undefined;
}

/** @param server the license server's URL without a trailing slash */
export const createApi =
  (server: string, product: string | undefined, fetch: typeof globalThis.fetch): Ask =>
  async (path, body, shape, signal) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]);
    const ask = async () => {
      const response = await fetch(server + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...body, product }),
        credentials: 'omit',
        redirect: 'error',
        signal: limit,
      });
      const answer = await readJson(response);
      return (response.status === 200 && shape(answer)) || problemOf(server, response, answer);
    };
    try {
      // A host's own `fetch` may know nothing of signals.
      return await Promise.race([ask(), endOf(limit)]);
    } catch (cause) {
      const code = (cause as Error).name === 'TimeoutError' ? 'timeout' : 'network_error';
      return problem(code, `${server} did not answer: ${String(cause)}`);
    }
  };

/** `undefined` for anything that is not JSON: a captive portal, a proxy's error page. */
async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the status alone decides then
  }
}

function problemOf(server: string, { status, headers }: Response, body: unknown): Problem {
  const refusal = RefusalAnswer(body) ?? {};
  const {
    error = `${server} answered ${status} without a reason.`,
    retryAfter = secondsOf(headers.get('retry-after')),
    ...more
  } = refusal;
  return problem(codeOf(status, refusal), error, { ...more, retryAfter });
}

/** Servers that follow the marketplace's guide send no `code`: their status and English text say the same. */
function codeOf(status: number, { code, error = '', maxDevices }: RefusalAnswer): ProblemCode {
  if (isProblemCode(code) && hasStatus(code, status)) return code;
  if (status === 403 && (maxDevices !== undefined || /^seat limit reached/i.test(error)))
    return 'seat_limit_reached';
  if (status === 403 && /^invalid license/i.test(error)) return 'license_invalid';
  if (status === 429) return 'rate_limited';
  if (status === 503) return 'upstream_unavailable';
  return status === 400 && error ? 'invalid_request' : 'bad_response';
}

/** What may shut a gate counts only with its own status, so that no proxy's or other API's answer can. */
const hasStatus = (code: ProblemCode, status: number): boolean =>
  !isLocking(code) || status === PROBLEMS[code].status;

/** `Retry-After` in seconds; a date would need a clock that is right. Cross-origin it is read where it is exposed. */
function secondsOf(header: string | null): number | undefined {
  const seconds = parseInt(header ?? '', 10);
  return seconds >= 0 ? seconds : undefined;
}
