// Turns outcomes into what goes out: the sentences and HTTP statuses of everything the server answers with.
// A program reads `code`, a person `error`; the sentences that the marketplace's guide fixes are kept letter by
// letter, because older clients read them.

import {
  PROBLEMS,
  type ActivateAnswer,
  type Device,
  type ProblemCode,
  type StatusAnswer,
} from '../protocol/index.ts';
import type { ActivateOutcome, Activated, DeactivateOutcome, SeatList, StatusOutcome } from './counter.ts';
import type { ProofFlaw } from './device-proof.ts';

/** Refusals that say something about the license or the server. */
type AnswerCode =
  | 'license_invalid'
  | 'license_revoked'
  | 'seat_limit_reached'
  | 'release_limit_reached'
  | 'rate_limited'
  | 'proof_required'
  | 'proof_invalid'
  | 'upstream_unavailable'
  | 'server_misconfigured';

/** Requests that cannot be understood; all of them are `invalid_request`, each with its own HTTP status. */
const DOOR = {
  malformed: 400,
  foreign_origin: 403,
  no_such_path: 404,
  wrong_method: 405,
  too_large: 413,
  not_json: 415,
} as const;

export interface Granted {
  readonly ok: true;
  /** the body as it is sent */
  readonly json: string;
}

export type Answer = Granted | Refusal;

export interface Refusal {
  readonly ok: false;
  readonly status: number;
  readonly code: ProblemCode;
  readonly error: string;
  readonly retryAfterMs?: number | undefined;
  /** more of the body */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const SENTENCES: Readonly<Record<Exclude<AnswerCode, 'seat_limit_reached'>, string>> = {
  license_invalid: 'Invalid license key',
  license_revoked: 'Your license is no longer valid. Please contact support.',
  release_limit_reached: 'This license key was used on too many new devices today. Try again later.',
  proof_required: 'This device did not prove that it is the one that it names.',
  proof_invalid: 'The proof was not accepted.',
  rate_limited: 'Too many requests. Try again later.',
  upstream_unavailable: 'License service unavailable',
  server_misconfigured: 'License service unavailable',
};

export const refuse = (code: Exclude<AnswerCode, 'seat_limit_reached'>, retryAfterMs?: number): Refusal => ({
  ok: false,
  status: PROBLEMS[code].status,
  code,
  error: SENTENCES[code],
  retryAfterMs,
});

/** @param error what is wrong with the request, and what would be right */
export const turnAway = (
  why: keyof typeof DOOR,
  error: string,
  headers?: Readonly<Record<string, string>>,
): Refusal => ({ ok: false, status: DOOR[why], code: 'invalid_request', error, headers });

const granted = (body: object): Granted => ({ ok: true, json: JSON.stringify(body) });

/**
 * The answer to an activation, as often as it is given: all but its times is written only once.
 *
 * @returns takes the time, and after how many milliseconds the app should ask again
 */
export function activationAnswer({
  license,
  devicesUsed,
  maxDevices,
  lease,
}: Activated): (now: number, recheckAfterMs: number) => Granted {
  const lasting = JSON.stringify({
    activated: true,
    licenseName: license.licenseName,
    productName: license.productName,
    variant: license.variant,
    devicesUsed,
    maxDevices: seatsOnWire(maxDevices),
    lease,
  } satisfies ActivateAnswer).slice(0, -1);
  return (now, recheckAfterMs) => ({
    ok: true,
    json: `${lasting},"recheckAfter":${wholeSeconds(recheckAfterMs)},"serverTime":"${iso(now)}"}`,
  });
}

/** The answer to who could not be activated. */
export function refusalOf(outcome: Exclude<ActivateOutcome, Activated>, now: number): Refusal {
  switch (outcome.kind) {
    case 'full': {
      const { devicesUsed, maxDevices, list } = outcome;
      return {
        ok: false,
        status: PROBLEMS.seat_limit_reached.status,
        code: 'seat_limit_reached',
        error: `Seat limit reached (${maxDevices}). Deactivate a device first.`,
        details: { currentDevices: devicesUsed, maxDevices, devices: devicesOnWire(list) },
      };
    }
    case 'too_many_new':
      return refuse('release_limit_reached', outcome.retryAfterMs);
    case 'unproven':
      return refuse('proof_required');
    case 'bad_proof':
      return refuseProof(outcome.flaw, now);
    case 'limited':
      return refuse('rate_limited', outcome.retryAfterMs);
    case 'refused':
      return refuse(outcome.code);
    case 'unavailable':
      return refuse(outcome.code, outcome.retryAfterMs);
  }
}

export function deactivateAnswer(outcome: DeactivateOutcome, now: number): Answer {
  if (outcome.kind === 'bad_proof') return refuseProof(outcome.flaw, now);
  return outcome.kind === 'unproven' ? refuse('proof_required') : granted({ deactivated: true });
}

export function statusAnswer(outcome: StatusOutcome, now: number): Answer {
  if (outcome.kind === 'bad_proof') return refuseProof(outcome.flaw, now);
  if (outcome.kind === 'limited') return refuse('rate_limited', outcome.retryAfterMs);
  if (outcome.kind === 'not_activated') return granted({ activated: false } satisfies StatusAnswer);
  const { license, maxDevices, list } = outcome;
  return granted({
    activated: true,
    licenseName: license.licenseName,
    devicesUsed: license.devicesUsed,
    maxDevices: seatsOnWire(maxDevices),
    devices: list && devicesOnWire(list),
  } satisfies StatusAnswer);
}

const FLAWS: Readonly<Record<ProofFlaw, string>> = {
  malformed: 'It is not a proof, or not signed with ES256.',
  bad_signature: 'Another key has signed it.',
  other_url: 'It was made for another address (htu).',
  other_request: 'It was made for another request (req).',
  not_now: 'Its time (iat) is not the time that it is.',
  used_before: 'It was used before (jti).',
};

/** With the time that it is: a device whose clock is wrong makes another proof. */
const refuseProof = (flaw: ProofFlaw, now: number): Refusal => ({
  ...refuse('proof_invalid'),
  error: `${SENTENCES.proof_invalid} ${FLAWS[flaw]}`,
  details: { serverTime: iso(now) },
});

const seatsOnWire = (seats: number): number | 'unlimited' => (Number.isFinite(seats) ? seats : 'unlimited');

const devicesOnWire = ({ seats, asking }: SeatList): Device[] =>
  seats.map(({ handle, label, firstSeen, lastSeen }) => ({
    handle,
    label,
    firstSeen: iso(firstSeen),
    lastSeen: iso(lastSeen),
    thisDevice: handle === asking,
  }));

const iso = (time: number): string => new Date(time).toISOString();

/** A refusal's body on the wire. */
export function refusalBody({ code, error, retryAfterMs, details }: Refusal, requestId: string): object {
  const retryAfter = retryAfterMs === undefined ? {} : { retryAfter: wholeSeconds(retryAfterMs) };
  return { error, code, retryable: PROBLEMS[code].retryable, ...retryAfter, requestId, ...details };
}

/** At least one: nobody shall ask again at once. */
export const wholeSeconds = (ms: number): number => Math.max(Math.ceil(ms / 1000), 1);
