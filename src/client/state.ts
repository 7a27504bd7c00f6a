// The gate's decision: what is known about the license × what is being done about it, and what each event
// makes of that. Pure: effects are returned as values, client.ts alone carries them out.

import { isLocking, type Device } from '../protocol/index.ts';
import { atClock, isGraceOver, isRecheckDue, isTimeToNote, isWaitOver, retryDelay } from './policy.ts';
import { problem, type Problem } from './problem.ts';
import type { LicenseRecord } from './record.ts';

/** `ask` and `reject` differ only in what is shown; `replace-oldest` takes the seat unseen for longest. */
export type SeatPolicy = 'ask' | 'reject' | 'replace-oldest';

export type Activity =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'activating';
      readonly run: number;
      readonly key: string;
      readonly replaceDevice?: string | undefined;
    }
  | { readonly kind: 'checking'; readonly run: number; readonly failures: number }
  | { readonly kind: 'releasing'; readonly run: number }
  | { readonly kind: 'waiting'; readonly until: number; readonly failures: number };

interface Doing {
  readonly activity: Activity;
  readonly devices: readonly Device[];
}

export type State =
  /** Nothing decided yet. */
  | (Doing & { readonly access: 'unknown'; readonly record?: LicenseRecord | undefined })
  | (Doing & {
      readonly access: 'locked';
      readonly record?: LicenseRecord | undefined;
      readonly problem?: Problem | undefined;
      /** The key that was refused a seat, so that a freed seat can be taken without typing it again. */
      readonly seatlessKey?: string | undefined;
    })
  | (Doing & {
      readonly access: 'unlocked';
      readonly record: LicenseRecord;
      readonly problem?: Problem | undefined;
    })
  /** Open although the server could not be asked. */
  | (Doing & { readonly access: 'grace'; readonly record: LicenseRecord; readonly problem: Problem });

export type Access = State['access'];

export type LicenseEvent =
  | { readonly type: 'restored'; readonly record: LicenseRecord | undefined; readonly run: number }
  | {
      readonly type: 'activate';
      readonly run: number;
      readonly key: string;
      readonly replaceDevice?: string | undefined;
    }
  | { readonly type: 'check'; readonly run: number }
  | { readonly type: 'deactivate'; readonly run: number }
  | { readonly type: 'release'; readonly run: number; readonly handle: string }
  /** Time has passed, or the page has come back: look whether something is due. */
  | { readonly type: 'woke'; readonly run: number; readonly signal: Signal }
  | (Answer & { readonly type: 'confirmed'; readonly record: LicenseRecord })
  | (Answer & { readonly type: 'refused'; readonly problem: Problem })
  | (Answer & { readonly type: 'deactivated' })
  | (Answer & { readonly type: 'released'; readonly handle: string })
  /** Another tab has stored this, or removed it. */
  | (Partial<Answer> & { readonly type: 'adopted'; readonly record: LicenseRecord | undefined });

/** Names the run that it ends; it counts only while the state waits for that one. */
interface Answer {
  readonly ends: number;
}

export type Signal = 'timer' | 'online' | 'visible' | 'resumed';

export type Call =
  | { readonly kind: 'activate'; readonly key: string; readonly replaceDevice?: string | undefined }
  | { readonly kind: 'check'; readonly record: LicenseRecord; readonly forced: boolean }
  | { readonly kind: 'deactivate'; readonly key: string }
  | { readonly kind: 'release'; readonly key: string; readonly handle: string };

export type Effect =
  | { readonly type: 'send'; readonly run: number; readonly call: Call }
  | { readonly type: 'abort'; readonly run: number }
  | { readonly type: 'save'; readonly record: LicenseRecord }
  /** Notes the time in the stored record of that confirmation, unless another tab has changed it. */
  | { readonly type: 'note'; readonly record: LicenseRecord; readonly confirmedAt: number }
  | { readonly type: 'forget' };

export interface Circumstances {
  readonly now: number;
  /** 0 to 1 */
  readonly chance: number;
  readonly seatPolicy: SeatPolicy;
}

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

const IDLE: Activity = { kind: 'idle' };

export const INITIAL: State = { access: 'unknown', activity: IDLE, devices: [] };

export function transition(state: State, event: LicenseEvent, at: Circumstances): Step {
  if ('ends' in event && event.ends !== runOf(state.activity)) return stay(state);
  switch (event.type) {
    case 'restored':
      return state.access === 'unknown' ? restore(state, event.record, event.run, at) : stay(state);
    case 'activate':
      return startActivation(state, event.run, event.key, event.replaceDevice);
    case 'check':
      return state.record && !isBusy(state) ? startCheck(state, state.record, event.run, true) : stay(state);
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

export const isOpen = (state: State): state is Extract<State, { access: 'unlocked' | 'grace' }> =>
  state.access === 'unlocked' || state.access === 'grace';

/** The run whose answer the state waits for. */
export const runOf = (activity: Activity): number | undefined =>
  'run' in activity ? activity.run : undefined;

const isBusy = (state: State): boolean => runOf(state.activity) !== undefined;

const stay = (state: State): Step => ({ state, effects: [] });
const step = (state: State, ...effects: Effect[]): Step => ({ state, effects });
const unlocked = (record: LicenseRecord): State => ({
  access: 'unlocked',
  record,
  activity: IDLE,
  devices: [],
});
export const locked = (more: Partial<Extract<State, { access: 'locked' }>> = {}): State => ({
  access: 'locked',
  activity: IDLE,
  devices: more.problem?.devices ?? [],
  ...more,
});

/** Only the newest action counts: whatever was asked before it is called off. */
const callOff = (state: State): Effect[] => {
  const run = runOf(state.activity);
  return run === undefined ? [] : [{ type: 'abort', run }];
};

function restore(state: State, stored: LicenseRecord | undefined, run: number, at: Circumstances): Step {
  if (!stored) return step({ ...locked(), activity: state.activity });
  const record = atClock(stored, at.now);
  const known = decide(record, at);
  const notes = record === stored ? [] : [note(record, stored)];
  // A refusal may have been lifted, and an overdue license may have been confirmed elsewhere: ask.
  const isDue = known.access !== 'unlocked' || isRecheckDue(stored, at.now);
  const next =
    isDue && !isBusy(state)
      ? startCheck(known, record, run, false)
      : step({ ...known, activity: state.activity });
  return step(next.state, ...notes, ...next.effects);
}

/** What a stored record says by itself, without asking anybody. */
function decide(record: LicenseRecord, at: Circumstances): State {
  if (record.refusal)
    return locked({ record, problem: problem(record.refusal.code, record.refusal.message) });
  if (isGraceOver(record, at.now)) return { access: 'unknown', record, activity: IDLE, devices: [] };
  return unlocked(record);
}

function startActivation(state: State, run: number, key: string, replaceDevice: string | undefined): Step {
  return step(
    { ...withoutProblem(state), activity: { kind: 'activating', run, key, replaceDevice } },
    ...callOff(state),
    { type: 'send', run, call: { kind: 'activate', key, replaceDevice } },
  );
}

/** A new attempt takes the last attempt's message away; the reason for a grace stays until it is over. */
function withoutProblem(state: State): State {
  return state.access === 'locked' || state.access === 'unlocked' ? { ...state, problem: undefined } : state;
}

function startCheck(state: State, record: LicenseRecord, run: number, forced: boolean): Step {
  const failures = 'failures' in state.activity ? state.activity.failures : 0;
  return step({ ...state, activity: { kind: 'checking', run, failures } }, ...callOff(state), {
    type: 'send',
    run,
    call: { kind: 'check', record, forced },
  });
}

function startRelease(state: State, run: number, callFor: (key: string) => Call): Step {
  if (!state.record) return stay(state);
  return step({ ...withoutProblem(state), activity: { kind: 'releasing', run } }, ...callOff(state), {
    type: 'send',
    run,
    call: callFor(state.record.licenseKey),
  });
}

/** From a blocked device a seat is freed and taken in one call; from an open one it is only freed. */
function releaseDevice(state: State, { run, handle }: Extract<LicenseEvent, { type: 'release' }>): Step {
  const seatless = state.access === 'locked' ? state.seatlessKey : undefined;
  return seatless === undefined
    ? startRelease(state, run, (key) => ({ kind: 'release', key, handle }))
    : startActivation(state, run, seatless, handle);
}

function wake(
  state: State,
  { run, signal }: Extract<LicenseEvent, { type: 'woke' }>,
  at: Circumstances,
): Step {
  const { activity } = state;
  if (!state.record || isBusy(state)) return stay(state);
  const record = atClock(state.record, at.now);
  const isTurnedBack = record !== state.record;
  const isOver = isOpen(state) && isGraceOver(record, at.now);
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
    return isTurnedBack ? step(next.state, note(record, state.record), ...next.effects) : next;
  }
  if (!isOpen(state) || !isTimeToNote(record, at.now)) return stay(state);
  const noted = { ...record, seenAt: at.now };
  return step({ ...state, record: noted }, note(noted, record));
}

const note = (record: LicenseRecord, { confirmedAt }: LicenseRecord): Effect => ({
  type: 'note',
  record,
  confirmedAt,
});

/** The server has named the time; that the network was away does not bring it nearer. */
const isAskedToWait = (state: State): boolean =>
  'problem' in state && state.problem?.retryAfter !== undefined;

function refuse(state: State, why: Problem, at: Circumstances): Step {
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
  const message = `Not confirmed for too long, and the last try failed: ${why.message}`;
  const expired = problem('grace_expired', message, { retryAfter: why.retryAfter });
  return step(locked({ record, problem: expired, activity }));
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

function adopt(state: State, record: LicenseRecord | undefined, isAnswer: boolean, at: Circumstances): Step {
  const { record: held } = state;
  const isOld = record && held ? !isNews(record, held) : record === held;
  const known = record ? decide(record, at) : locked();
  // A confirmation that is too old to open a gate says nothing against an open one.
  const next = isOld || (isOpen(state) && known.access === 'unknown') ? state : known;
  if (next === state && !isAnswer) return stay(state);
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

/** A license that is neither confirmed nor refused is never left so: the next wake asks. */
const rest = ({ access, record }: State, at: Circumstances): Activity =>
  !record || record.refusal || access === 'unlocked' ? IDLE : { kind: 'waiting', until: at.now, failures: 0 };
