// What is known about the license × what is being done about it, what can happen to that, and what is to be done
// then: the words of the state machine. What follows from what is decided in state.ts.

import type { Device } from '../protocol/index.ts';
import type { Problem } from './problem.ts';
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

export const IDLE: Activity = { kind: 'idle' };

export const INITIAL: State = { access: 'unknown', activity: IDLE, devices: [] };

export const unlocked = (record: LicenseRecord): State => ({
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

export const isOpen = (state: State): state is Extract<State, { access: 'unlocked' | 'grace' }> =>
  state.access === 'unlocked' || state.access === 'grace';

/** The run whose answer the state waits for. */
export const runOf = (activity: Activity): number | undefined =>
  'run' in activity ? activity.run : undefined;

export const isBusy = (state: State): boolean => runOf(state.activity) !== undefined;
