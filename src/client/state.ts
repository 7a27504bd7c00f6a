// The gate's decision: what each event makes of the state. Pure: effects are returned as values, client.ts alone
// carries them out.

import { decide } from './decision.ts';
import {
  isBusy,
  isOpen,
  locked,
  runOf,
  unlocked,
  type Circumstances,
  type LicenseEvent,
  type State,
  type Step,
} from './model.ts';
import { atClock, isGraceOver, isRecheckDue, isTimeToNote } from './policy.ts';
import type { LicenseRecord } from './record.ts';
import { refuse } from './refusal.ts';
import {
  callOff,
  note,
  releaseDevice,
  rest,
  startActivation,
  startCheck,
  startRelease,
  step,
} from './steps.ts';
import { isWaitOver } from './waiting.ts';

export function transition(state: State, event: LicenseEvent, at: Circumstances): Step {
  if ('ends' in event && event.ends !== runOf(state.activity)) return step(state);
  switch (event.type) {
    case 'restored':
      return state.access === 'unknown' ? restore(state, event.record, event.run, at) : step(state);
    case 'activate':
      return startActivation(state, event.run, event.key, event.replaceDevice);
    case 'check':
      return state.record && !isBusy(state) ? startCheck(state, state.record, event.run, true) : step(state);
    case 'deactivate':
      return startRelease(state, event.run, (key) => ({ kind: 'deactivate', key }));
    case 'release':
      return releaseDevice(state, event);
    case 'woke':
      return wake(state, event, at);
    case 'confirmed':
      return step(unlocked(event.record), { type: 'save', record: event.record });
    case 'refused':
      return refuse(state, event.problem, at);
    case 'deactivated':
      return step(locked(), { type: 'forget' });
    case 'released': {
      const devices = state.devices.filter(({ handle }) => handle !== event.handle);
      return step({ ...state, devices, activity: rest(state, at) });
    }
    case 'adopted':
      return adopt(state, event.record, 'ends' in event, at);
  }
}

function restore(state: State, stored: LicenseRecord | undefined, run: number, at: Circumstances): Step {
  if (!stored) return step({ ...locked(), activity: state.activity });
  const record = atClock(stored, at.now);
  const known = decide(record, at.now);
  const notes = record === stored ? [] : [note(record, stored)];
  // A refusal may have been lifted, and an overdue license may have been confirmed elsewhere: ask.
  const isDue = known.access !== 'unlocked' || isRecheckDue(stored, at.now);
  const next =
    isDue && !isBusy(state)
      ? startCheck(known, record, run, false)
      : step({ ...known, activity: state.activity });
  return step(next.state, ...notes, ...next.effects);
}

function wake(
  state: State,
  { run, signal }: Extract<LicenseEvent, { type: 'woke' }>,
  at: Circumstances,
): Step {
  const { activity } = state;
  if (!state.record || isBusy(state)) return step(state);
  const isOver = isOpen(state) && isGraceOver(state.record, at.now);
  const record = lookAtClock(state.record, isOpen(state) && !isOver, at.now);
  const notes = record === state.record ? [] : [note(record, state.record)];
  const isTurnedBack = record.confirmedAt !== state.record.confirmedAt;
  const isDue =
    activity.kind === 'waiting'
      ? isWaitOver(activity.until, at.now) || (signal === 'online' && !isAskedToWait(state))
      : isOpen(state) && isRecheckDue(record, at.now);
  if (isDue || isOver || isTurnedBack) {
    // What was shown days ago is not shown again before it is known to be right.
    const from: State =
      isOver && signal === 'resumed'
        ? { access: 'unknown', record, activity, devices: [] }
        : { ...state, record };
    const next = startCheck(from, record, run, false);
    return step(next.state, ...notes, ...next.effects);
  }
  return step({ ...state, record }, ...notes);
}

/** The record with what the clock shows: that it was turned back, or that it is time to note how late it is. */
function lookAtClock(record: LicenseRecord, isInUse: boolean, now: number): LicenseRecord {
  const aged = atClock(record, now);
  // What may be a clock that has jumped is not noted: it would have to be believed when it is right again.
  return aged === record && isInUse && isTimeToNote(record, now) ? { ...record, seenAt: now } : aged;
}

/** The server has named the time; that the network was away does not bring it nearer. */
const isAskedToWait = (state: State): boolean =>
  'problem' in state && state.problem?.retryAfter !== undefined;

function adopt(state: State, record: LicenseRecord | undefined, isAnswer: boolean, at: Circumstances): Step {
  const { record: held } = state;
  const isOld = record && held ? !isNews(record, held) : record === held;
  const known = record ? decide(record, at.now) : locked();
  // A confirmation that is too old to open a gate says nothing against an open one.
  const next = isOld || (isOpen(state) && known.access === 'unknown') ? state : known;
  if (next === state && !isAnswer) return step(state);
  // What the buyer asked for in this tab goes on; a check is answered by the other tab's.
  const isActing = state.activity.kind === 'activating' || state.activity.kind === 'releasing';
  if (isActing && !isAnswer) return step({ ...next, activity: state.activity });
  return step({ ...next, activity: rest(next, at) }, ...(isAnswer ? [] : callOff(state)));
}

/** Confirmations and refusals reach a tab in any order; the latest statement about a license holds. */
function isNews(record: LicenseRecord, held: LicenseRecord): boolean {
  if (record.licenseKey !== held.licenseKey) return true;
  if (record.refusal) return !held.refusal && record.seenAt >= held.confirmedAt;
  return record.confirmedAt > (held.refusal ? held.seenAt : held.confirmedAt);
}
