// Carries out one call of the state machine against the license server and turns the answer into its event.

import { ActivateAnswer, DeactivateAnswer, normalizeKey } from '../protocol/index.ts';
import type { Ask } from './api.ts';
import type { Clock } from './clock.ts';
import { answeredAt, recordOf } from './confirmation.ts';
import type { Kept } from './keeper.ts';
import { readLease, type LeaseClaims } from './lease.ts';
import { HOUR_MS, isRecheckDue } from './policy.ts';
import { problem, type Problem } from './problem.ts';
import { askProvably } from './proof-on-demand.ts';
import type { LicenseRecord } from './record.ts';
import type { Settings } from './settings.ts';
import type { Call, LicenseEvent } from './model.ts';
import type { LeaseVerifier } from './verifier.ts';

export interface Means {
  readonly ask: Ask;
  readonly settings: Settings;
  /** Where the host wants leases to be verified. */
  readonly verifier: LeaseVerifier | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  /** @param instead from now on it is this one */
  readonly deviceId: (instead?: string) => Promise<string>;
  readonly deviceLabel: string;
  /** The record as it is stored now; another tab may have changed it. */
  readonly stored: () => Promise<Kept>;
}

/** @param run the run that the event ends */
export async function exchange(
  run: number,
  call: Call,
  signal: AbortSignal,
  means: Means,
): Promise<LicenseEvent> {
  const result = await askProvably<Result>((using) => outcomeOf(call, signal, using), means, call);
  return 'code' in result ? { type: 'refused', ends: run, problem: result } : { ...result, ends: run };
}

type Result = Problem | Answered<Extract<LicenseEvent, { ends?: number }>>;
type Answered<E> = E extends LicenseEvent ? Omit<E, 'ends'> : never;

async function outcomeOf(call: Call, signal: AbortSignal, means: Means): Promise<Result> {
  switch (call.kind) {
    case 'activate': {
      const key = normalizeKey(call.key);
      if (key === undefined) return problem('license_invalid', 'No license key is in this text.');
      return confirm(key, call.replaceDevice, signal, means);
    }
    case 'check': {
      const stored = await means.stored();
      if (stored === null) return { type: 'adopted', record: undefined };
      // What only the browser has lost is asked about from memory, and stored again.
      const record = stored ?? call.record;
      const now = means.clock.now(record);
      const isAnswered = record.confirmedAt > call.record.confirmedAt && !isRecheckDue(record, now);
      if (isAnswered && !call.forced) return { type: 'adopted', record };
      return confirm(record.licenseKey, undefined, signal, means, call.record);
    }
    case 'deactivate': {
      const body = { licenseKey: call.key, deviceId: await means.deviceId() };
      const answer = await means.ask('/deactivate', body, DeactivateAnswer, signal);
      return 'code' in answer ? answer : { type: 'deactivated' };
    }
    case 'release': {
      const body = { licenseKey: call.key, device: call.handle };
      const answer = await means.ask('/deactivate', body, DeactivateAnswer, signal);
      return 'code' in answer ? answer : { type: 'released', handle: call.handle };
    }
  }
}

/**
 * Asks by activating: it costs an active device nothing, and every license server has it.
 *
 * @param held what was known before: an answer that is not newer was not given now
 */
async function confirm(
  licenseKey: string,
  replaceDevice: string | undefined,
  signal: AbortSignal,
  means: Means,
  held?: LicenseRecord,
): Promise<Result> {
  const { deviceLabel } = means;
  const deviceId = await means.deviceId();
  const body = { licenseKey, deviceId, deviceLabel, replaceDevice };
  const answer = await means.ask('/activate', body, ActivateAnswer, signal);
  if ('code' in answer) return answer;
  const { product } = means.settings;
  const claims = means.verifier
    ? await means.verifier.fresh(answer.lease, { deviceId: body.deviceId, product })
    : readLease(answer.lease);
  if (claims && 'code' in claims) return claims;
  if (held && isReplayed(answer, claims, held, means.clock.now()))
    return problem('bad_response', 'An old answer came again.');
  const device = means.clock.device();
  const record = recordOf(licenseKey, answer, claims, device, means.random(), means.settings);
  return { type: 'confirmed', record };
}

/** A service worker or a proxy might give the same answer for good; a server uses a lease again for minutes. */
function isReplayed(
  answer: ActivateAnswer,
  claims: LeaseClaims | undefined,
  held: LicenseRecord,
  now: number,
): boolean {
  if (now - held.confirmedAt <= HOUR_MS) return false;
  const answered = answeredAt(answer);
  return answered !== undefined && held.offsetMs !== undefined
    ? answered <= held.confirmedAt
    : (claims?.iat ?? 0) <= (readLease(held.lease)?.iat ?? -1);
}
