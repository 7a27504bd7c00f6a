// What went wrong, as a value that the state, the outcome of a call and the host all share.

import { isRetryable, type Device, type ProblemCode } from '../protocol/index.ts';

export interface Problem {
  readonly code: ProblemCode;
  /** For developers and logs; the element shows its own words. */
  readonly message: string;
  readonly retryable: boolean;
  /** whole seconds */
  readonly retryAfter?: number | undefined;
  /** Names the request in the license server's log. */
  readonly requestId?: string | undefined;
  /** With `seat_limit_reached`: who holds the seats. */
  readonly devices?: readonly Device[] | undefined;
  readonly maxDevices?: number | 'unlimited' | undefined;
  /** With `proof_invalid`: ISO 8601 UTC. */
  readonly serverTime?: string | undefined;
}

export const problem = (
  code: ProblemCode,
  message: string,
  more?: Partial<Omit<Problem, 'code'>>,
): Problem => ({
  ...more,
  code,
  message,
  retryable: isRetryable(code),
});

/** What a call came to that did not succeed. */
export const failed = (code: ProblemCode, message: string): { readonly ok: false } & Problem => ({
  ok: false,
  ...problem(code, message),
});
