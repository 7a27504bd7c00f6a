// The steps that the decision is made of: how a state is built, and how a question to the server is begun.

import {
  IDLE,
  runOf,
  type Activity,
  type Call,
  type Circumstances,
  type Effect,
  type LicenseEvent,
  type State,
  type Step,
} from './model.ts';
import type { LicenseRecord } from './record.ts';

export const step = (state: State, ...effects: Effect[]): Step => ({ state, effects });

/** Stores how late it is with the confirmation that is stored, unless another tab has replaced it. */
export const note = (record: LicenseRecord, { confirmedAt }: LicenseRecord): Effect => ({
  type: 'note',
  record,
  confirmedAt,
});

/** Only the newest action counts: whatever was asked before it is called off. */
export const callOff = (state: State): Effect[] => {
  const run = runOf(state.activity);
  return run === undefined ? [] : [{ type: 'abort', run }];
};

/** A license that is neither confirmed nor refused is never left so: the next wake asks. */
export const rest = ({ access, record }: State, at: Circumstances): Activity =>
  !record || record.refusal || access === 'unlocked' ? IDLE : { kind: 'waiting', until: at.now, failures: 0 };

export const startActivation = (
  state: State,
  run: number,
  key: string,
  replaceDevice: string | undefined,
): Step =>
  ask(
    withoutProblem(state),
    { kind: 'activating', run, key, replaceDevice },
    { kind: 'activate', key, replaceDevice },
  );

export function startCheck(state: State, record: LicenseRecord, run: number, forced: boolean): Step {
  const failures = 'failures' in state.activity ? state.activity.failures : 0;
  return ask(state, { kind: 'checking', run, failures }, { kind: 'check', record, forced });
}

export const startRelease = (state: State, run: number, callFor: (key: string) => Call): Step =>
  state.record
    ? ask(withoutProblem(state), { kind: 'releasing', run }, callFor(state.record.licenseKey))
    : step(state);

const ask = (state: State, activity: Activity & { run: number }, call: Call): Step =>
  step({ ...state, activity }, ...callOff(state), { type: 'send', run: activity.run, call });

/** A new attempt takes the last attempt's message away; the reason for a grace stays until it is over. */
function withoutProblem(state: State): State {
  return state.access === 'locked' || state.access === 'unlocked' ? { ...state, problem: undefined } : state;
}

/** From a blocked device a seat is freed and taken in one call; from an open one it is only freed. */
export function releaseDevice(
  state: State,
  { run, handle }: Extract<LicenseEvent, { type: 'release' }>,
): Step {
  const seatless = state.access === 'locked' ? state.seatlessKey : undefined;
  return seatless === undefined
    ? startRelease(state, run, (key) => ({ kind: 'release', key, handle }))
    : startActivation(state, run, seatless, handle);
}
