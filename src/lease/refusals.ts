// Why a lease is refused: the closed list of reasons, each with the status to answer and a sentence for people.

const REFUSALS = {
  missing: [401, 'This needs a license: no lease was sent.'],
  malformed: [401, 'What was sent is not a lease.'],
  wrong_type: [401, 'What was sent is a token, but not a lease.'],
  wrong_algorithm: [401, 'The lease is not signed with an algorithm that is accepted here.'],
  unknown_key: [401, 'The lease is not signed with a key of this license server.'],
  bad_signature: [401, 'The lease was altered, or somebody else signed it.'],
  other_product: [401, 'The lease is for another product.'],
  other_issuer: [401, 'The lease is from another license server.'],
  expired: [401, 'The lease is over: get a new one, and try again.'],
  not_yet_valid: [401, 'The lease is not valid yet: a clock is wrong.'],
  keys_unavailable: [503, 'The license could not be checked just now: try again later.'],
} as const satisfies Readonly<Record<string, readonly [401 | 503, string]>>;

/** Why a lease is refused. `keys_unavailable` says nothing about the lease: the license server could not be asked. */
export type LeaseRefusalReason = keyof typeof REFUSALS;

export interface LeaseRefusal {
  readonly ok: false;
  readonly reason: LeaseRefusalReason;
  /** what to answer over HTTP: 401, or 503 for `keys_unavailable` */
  readonly status: 401 | 503;
  /** a sentence in English that may be shown */
  readonly message: string;
  /** for the log, never for the answer */
  readonly cause?: unknown;
}

export const LEASE_REFUSAL_REASONS = Object.keys(REFUSALS) as readonly LeaseRefusalReason[];

export function refuse(reason: LeaseRefusalReason, cause?: unknown): LeaseRefusal {
  const [status, message] = REFUSALS[reason];
  return { ok: false, reason, status, message, ...(cause === undefined ? {} : { cause }) };
}
