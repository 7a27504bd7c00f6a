// Carries out one call of the state machine against the license server and turns the answer into its event.

import { normalizeKey } from '../protocol/index.ts';
import type { Answer, Api } from './api.ts';
import { readLease, verifyLease } from './lease.ts';
import { isRecheckDue } from './policy.ts';
import { problem, type Problem } from './problem.ts';
import { recordOf, type LicenseRecord } from './record.ts';
import type { Settings } from './settings.ts';
import type { Call, LicenseEvent } from './state.ts';

export interface Means {
  readonly api: Api;
  readonly settings: Settings;
  readonly now: () => number;
  readonly deviceId: () => Promise<string>;
  readonly deviceLabel: string;
  /** The record as it is stored now; another tab may have changed it. */
  readonly stored: () => Promise<LicenseRecord | undefined>;
}

export async function exchange(
  run: number,
  call: Call,
  signal: AbortSignal,
  means: Means,
): Promise<LicenseEvent> {
  const refused = (why: Problem): LicenseEvent => ({ type: 'refused', run, problem: why });
  const after = <T>(answer: Answer<T>, event: LicenseEvent): LicenseEvent =>
    answer.ok ? event : refused(answer.problem);

  switch (call.kind) {
    case 'activate': {
      const key = normalizeKey(call.key);
      if (key === undefined) return refused(problem('license_invalid', 'This text holds no license key.'));
      return confirm(run, key, call.replaceDevice, signal, means);
    }
    case 'check': {
      const stored = await means.stored();
      const isAnswered =
        stored !== undefined &&
        stored.confirmedAt > call.record.confirmedAt &&
        !isRecheckDue(stored, means.now());
      // Another tab has removed the license, or has just asked.
      if (stored === undefined || (isAnswered && !call.forced)) return { type: 'adopted', record: stored };
      return confirm(run, stored.licenseKey, undefined, signal, means);
    }
    case 'deactivate': {
      const body = { licenseKey: call.key, deviceId: await means.deviceId() };
      return after(await means.api.deactivate(body, signal), { type: 'deactivated', run });
    }
    case 'release': {
      const body = { licenseKey: call.key, device: call.handle };
      return after(await means.api.deactivate(body, signal), { type: 'released', run, handle: call.handle });
    }
  }
}

/** Asks by activating: it costs an active device nothing, and every license server has it. */
async function confirm(
  run: number,
  licenseKey: string,
  replaceDevice: string | undefined,
  signal: AbortSignal,
  { api, settings, deviceId, deviceLabel, now }: Means,
): Promise<LicenseEvent> {
  const id = await deviceId();
  const seat = replaceDevice === undefined ? {} : { replaceDevice };
  const answer = await api.activate({ licenseKey, deviceId: id, deviceLabel, ...seat }, signal);
  if (!answer.ok) return { type: 'refused', run, problem: answer.problem };
  const { lease } = answer.value;
  const claims = settings.publicKeys
    ? await verifyLease(lease, settings.publicKeys, { deviceId: id, product: settings.product })
    : readLease(lease);
  if (settings.publicKeys && !claims) return { type: 'refused', run, problem: unverified() };
  return { type: 'confirmed', run, record: recordOf(licenseKey, answer.value, claims, now(), settings) };
}

export const unverified = (): Problem =>
  problem('lease_invalid', 'No pinned public key signed this lease for this device and product.');
