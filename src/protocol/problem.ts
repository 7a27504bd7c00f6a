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

const traits = (status: number, retryable = false, locking = false): ProblemTraits => ({
  status,
  retryable,
  locking,
});

/** Of each: status, retryable, locking. */
export const PROBLEMS = {
  /** The request is malformed. Also sent with 404, 405, 413 and 415. */
  invalid_request: traits(400),
  /** Unknown, refunded, incomplete or another product's key: the marketplace never says which, and neither do we. */
  license_invalid: traits(403, false, true),
  /** Held a seat here before and was since confirmed invalid, or banned by the seller. */
  license_revoked: traits(403, false, true),
  /** Every seat is taken by another device; it concerns this device only. */
  seat_limit_reached: traits(403, false, true),
  /** The device did not prove with the seat's key that it is the one it names, or the product wants a proof of every device. */
  proof_required: traits(403),
  /** A proof was sent that is not one: malformed, for another request, from another time, or used before. */
  proof_invalid: traits(400),
  /** This key has taken too many new devices today. */
  release_limit_reached: traits(429, true),
  rate_limited: traits(429, true),
  /** The marketplace is down, slow, garbled, or its budget is spent. */
  upstream_unavailable: traits(503, true),
  /** The marketplace refused the seller's token or subscription: the seller's fault, never the buyer's. */
  server_misconfigured: traits(503, true),

  network_error: traits(0, true),
  timeout: traits(0, true),
  /** Something answered, but not a license server: a captive portal, a proxy's error page, another API. */
  bad_response: traits(0, true),
  storage_unavailable: traits(0),
  config_error: traits(0),
  /** A newer action of the buyer or of the host took this one's place. */
  canceled: traits(0),
  grace_expired: traits(0, true, true),
  lease_invalid: traits(0, true, true),
} as const satisfies Record<string, ProblemTraits>;

export type ProblemCode = keyof typeof PROBLEMS;

export const isProblemCode = (value: unknown): value is ProblemCode =>
  typeof value === 'string' && Object.hasOwn(PROBLEMS, value);

/** True where the code is a statement about this license that may shut an open gate. */
export const isLocking = (code: ProblemCode): boolean => PROBLEMS[code].locking;

export const isRetryable = (code: ProblemCode): boolean => PROBLEMS[code].retryable;
