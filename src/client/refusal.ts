// What a refused or failed question makes of the gate. Only an authoritative statement about this license shuts an
// open one; everything else means that nobody could be asked, and runs on the grace.

import { isLocking, type Device } from '../protocol/index.ts';
import { IDLE, isOpen, locked, type Activity, type Circumstances, type State, type Step } from './model.ts';
import { DAY_MS, graceEnd, isGraceOver } from './policy.ts';
import { problem, type Problem } from './problem.ts';
import type { LicenseRecord } from './record.ts';
import { note, rest, startActivation, step } from './steps.ts';
import { retryDelay } from './waiting.ts';

/** A clock that is this late may have jumped: were that noted, a grace could not go on once the clock is right again. */
const JUMP_MS = DAY_MS;

export function refuse(state: State, why: Problem, at: Circumstances): Step {
  switch (state.activity.kind) {
    case 'activating':
      return refuseActivation(state, state.activity, why, at);
    case 'checking':
      return refuseCheck(state, state.activity.failures + 1, why, at);
    default: {
      const activity = rest(state, at);
      return step(state.access === 'unknown' ? { ...state, activity } : { ...state, problem: why, activity });
    }
  }
}

function refuseActivation(
  state: State,
  tried: Extract<Activity, { kind: 'activating' }>,
  why: Problem,
  at: Circumstances,
): Step {
  if (
    why.code === 'seat_limit_reached' &&
    at.seatPolicy === 'replace-oldest' &&
    tried.replaceDevice === undefined
  ) {
    const oldest = why.devices?.toSorted((one, other) => timeOf(one) - timeOf(other))[0];
    if (oldest) return startActivation(state, tried.run, tried.key, oldest.handle);
  }
  const { record } = state;
  if (record?.licenseKey === tried.key && isLocking(why.code)) return shut(record, why, at);
  const activity = rest(state, at);
  // The license that opened the gate is not the one that was refused.
  if (isOpen(state)) return step({ ...state, problem: why, activity });
  const seatlessKey = why.code === 'seat_limit_reached' ? tried.key : undefined;
  return step(locked({ record, problem: why, seatlessKey, activity }));
}

/** A device whose last visit is not told counts as unseen for longest. */
const timeOf = ({ lastSeen }: Device): number => Date.parse(lastSeen ?? '') || 0;

function refuseCheck(state: State, failures: number, why: Problem, at: Circumstances): Step {
  const { record } = state;
  if (!record) return step({ ...state, activity: IDLE });
  if (isLocking(why.code)) return shut(record, why, at);
  const until = at.now + retryDelay(failures, why.retryAfter, at.chance);
  const activity: Activity = { kind: 'waiting', until, failures };
  const isOver = isGraceOver(record, at.now);
  if (record.refusal || (isOver && state.access === 'locked')) return step({ ...state, activity });
  if (!isOver) return step({ access: 'grace', record, problem: why, activity, devices: [] });
  const message = `Not confirmed for too long: ${why.message}`;
  const expired = problem('grace_expired', message, { retryAfter: why.retryAfter });
  if (at.now - graceEnd(record) > JUMP_MS) return step(locked({ record, problem: expired, activity }));
  const used = { ...record, seenAt: Math.max(record.seenAt, at.now) };
  return step(locked({ record: used, problem: expired, activity }), note(used, record));
}

/** The license that is held here was refused. It is kept, since a refusal can be lifted. */
function shut(record: LicenseRecord, why: Problem, at: Circumstances): Step {
  // Servers that follow the marketplace's guide cannot tell a revoked license from one that never was.
  const code = why.code === 'license_invalid' ? 'license_revoked' : why.code;
  const seenAt = Math.max(record.seenAt, at.now);
  const refused = { ...record, seenAt, refusal: { code, message: why.message } };
  const seatlessKey = code === 'seat_limit_reached' ? record.licenseKey : undefined;
  return step(locked({ record: refused, problem: { ...why, code }, seatlessKey }), {
    type: 'save',
    record: refused,
  });
}
