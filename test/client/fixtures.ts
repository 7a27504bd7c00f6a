// What the client's tests share: a record, problems, and a player of events for the state machine.

import { problem } from '../../src/client/problem.ts';
import type { LicenseRecord } from '../../src/client/record.ts';
import {
  INITIAL,
  type Circumstances,
  type Effect,
  type LicenseEvent,
  type State,
} from '../../src/client/model.ts';
import { transition } from '../../src/client/state.ts';
import type { ProblemCode } from '../../src/protocol/index.ts';

export const KEY = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
export const OTHER_KEY = '0f0f0f0f-1111-4222-8333-444455556666';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const NOW = Date.UTC(2026, 10, 23, 9);

/** A license confirmed at `NOW`: asked about again after a day, open for a week. */
export const recordWith = (more: Partial<LicenseRecord> = {}): LicenseRecord => ({
  version: 1,
  licenseKey: KEY,
  licenseName: 'Team License',
  confirmedAt: NOW,
  seenAt: NOW,
  recheckMs: DAY,
  graceMs: 7 * DAY,
  ...more,
});

/** When its lease was issued, in seconds since 1970. */
export const IAT = NOW / 1000;

/** A lease for a day, with a grace of a week. */
export const claimsWith = (more: object = {}) => ({
  aud: 'my-tool',
  sub: 'license-1',
  dev: 'h1',
  iat: IAT,
  exp: IAT + 86_400,
  grace_until: IAT + 7 * 86_400,
  ...more,
});

export const refusedRecord = (code: ProblemCode = 'license_revoked'): LicenseRecord =>
  recordWith({ refusal: { code, message: 'Invalid license key' } });

export const failure = (code: ProblemCode, more: Parameters<typeof problem>[2] = {}) =>
  problem(code, code, more);

/** An event, or a pair of an event and the time at which it comes. */
export type Played = LicenseEvent | readonly [LicenseEvent, number];

/** Plays events one after another from `NOW` on. @returns the last state and the last event's effects */
export function play(from: State, events: readonly Played[], circumstances: Partial<Circumstances> = {}) {
  let now = circumstances.now ?? NOW;
  let state = from;
  let effects: readonly Effect[] = [];
  for (const played of events) {
    const [event, time] = Array.isArray(played) ? played : [played as LicenseEvent, now];
    now = time;
    ({ state, effects } = transition(state, event, { chance: 0, seatPolicy: 'ask', ...circumstances, now }));
  }
  return { state, effects };
}

export const started = (record: LicenseRecord | undefined, now = NOW): State =>
  play(INITIAL, [{ type: 'restored', record, run: 1 }], { now }).state;

/** Open, confirmed at `NOW`. */
export const open = (): State => started(recordWith());

export const restored = (record: LicenseRecord | undefined, run = 1): LicenseEvent => ({
  type: 'restored',
  record,
  run,
});
export const activate = (run: number, key = KEY): LicenseEvent => ({ type: 'activate', run, key });
export const check = (run: number): LicenseEvent => ({ type: 'check', run });
export const deactivate = (run: number): LicenseEvent => ({ type: 'deactivate', run });
export const release = (run: number, handle: string): LicenseEvent => ({ type: 'release', run, handle });
export const confirmed = (run: number, record = recordWith()): LicenseEvent => ({
  type: 'confirmed',
  ends: run,
  record,
});
export const refused = (run: number, code: ProblemCode, more = {}): LicenseEvent => ({
  type: 'refused',
  ends: run,
  problem: failure(code, more),
});
export const deactivated = (run: number): LicenseEvent => ({ type: 'deactivated', ends: run });
export const adopted = (record: LicenseRecord | undefined): LicenseEvent => ({ type: 'adopted', record });
export const woke = (
  run: number,
  signal: 'timer' | 'online' | 'visible' | 'resumed' = 'timer',
): LicenseEvent => ({
  type: 'woke',
  run,
  signal,
});
