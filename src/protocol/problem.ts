// The closed list of everything that can go wrong, and what each may do to an open gate.
// It holds no sentences: the server's are in server/answers.ts, the buyer's in element/text.ts.

interface ProblemTraits {
  /** HTTP status that carries it; 0 where it never travels and only the client raises it. */
  readonly status: number;
  /** The same call can succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** It is an authoritative statement about this license, so it may shut an open gate. Nothing else may. */
  readonly locking: boolean;
}

const asked = (status: number, retryable: boolean, locking: boolean): ProblemTraits => ({
  status,
  retryable,
  locking,
});
const local = (retryable: boolean, locking: boolean): ProblemTraits => asked(0, retryable, locking);

export const PROBLEMS = {
  /** The request is malformed. Also sent with 404, 405, 413 and 415. */
  invalid_request: asked(400, false, false),
  /** Unknown, refunded, incomplete or another product's key: the marketplace never says which, and neither do we. */
  license_invalid: asked(403, false, true),
  /** Held a seat here before and was since confirmed invalid, or banned by the seller. */
  license_revoked: asked(403, false, true),
  /** Every seat is taken by another device; it concerns this device only. */
  seat_limit_reached: asked(403, false, true),
  /** This key has taken too many new devices today. */
  release_limit_reached: asked(429, true, false),
  rate_limited: asked(429, true, false),
  /** The marketplace is down, slow, garbled, or its budget is spent. */
  upstream_unavailable: asked(503, true, false),
  /** The marketplace refused the seller's token or subscription: the seller's fault, never the buyer's. */
  server_misconfigured: asked(503, true, false),

  network_error: local(true, false),
  timeout: local(true, false),
  /** Something answered, but not a license server: a captive portal, a proxy's error page, another API. */
  bad_response: local(true, false),
  storage_unavailable: local(false, false),
  config_error: local(false, false),
  /** A newer action of the buyer or of the host took this one's place. */
  canceled: local(false, false),
  grace_expired: local(true, true),
  lease_invalid: local(true, true),
} as const satisfies Record<string, ProblemTraits>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (value: unknown): value is ProblemCode =>
  typeof value === 'string' && Object.hasOwn(PROBLEMS, value);

/** True where the code is a statement about this license that may shut an open gate. */
export const isLocking = (code: ProblemCode): boolean => PROBLEMS[code].locking;

export const isRetryable = (code: ProblemCode): boolean => PROBLEMS[code].retryable;
