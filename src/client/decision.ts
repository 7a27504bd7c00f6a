// What a stored confirmation says by itself, without asking anybody.

import { IDLE, locked, unlocked, type State } from './model.ts';
import { isGraceOver } from './policy.ts';
import { problem } from './problem.ts';
import type { LicenseRecord } from './record.ts';

/** @param now the license server's time */
export function decide(record: LicenseRecord, now: number): State {
  if (record.refusal)
    return locked({ record, problem: problem(record.refusal.code, record.refusal.message) });
  if (isGraceOver(record, now)) return { access: 'unknown', record, activity: IDLE, devices: [] };
  return unlocked(record);
}
