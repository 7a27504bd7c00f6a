// What holds for the state machine whatever happens: long random histories under a clock that jumps.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { LicenseRecord } from '../../src/client/record.ts';
import {
  INITIAL,
  isOpen,
  runOf,
  type Call,
  type Effect,
  type LicenseEvent,
  type Signal,
  type State,
} from '../../src/client/model.ts';
import { transition } from '../../src/client/state.ts';
import { PROBLEMS, isLocking, type ProblemCode } from '../../src/protocol/index.ts';
import { DAY, HOUR, KEY, MINUTE, NOW, OTHER_KEY, failure, recordWith } from './fixtures.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const HISTORIES = { numRuns: 400 };

/** One thing that happens. `answer` names which of the open questions is answered, late ones included. */
type Happening =
  | { readonly is: 'time'; readonly ms: number }
  | { readonly is: 'wake'; readonly signal: Signal }
  | { readonly is: 'restore'; readonly ageMs: number | undefined; readonly code: ProblemCode | undefined }
  | { readonly is: 'activate'; readonly key: string }
  | { readonly is: 'check' | 'deactivate' | 'release' }
  | { readonly is: 'confirm' | 'finish'; readonly answer: number }
  | {
      readonly is: 'refuse';
      readonly answer: number;
      readonly code: ProblemCode;
      readonly retryAfter: number | undefined;
    }
  | {
      readonly is: 'adopt';
      readonly ageMs: number | undefined;
      readonly key: string;
      readonly code: ProblemCode | undefined;
    };

const anyKey = fc.constantFrom(KEY, OTHER_KEY);
const anyAnswer = fc.nat({ max: 20 });
const anyAge = fc.option(fc.constantFrom(0, MINUTE, HOUR, DAY, 6 * DAY, 8 * DAY, -2 * DAY), {
  nil: undefined,
});
const anyRefusal = fc.option(fc.constantFrom(...CODES.filter(isLocking)), { nil: undefined, freq: 4 });
const anyJump = fc.constantFrom(
  1000,
  MINUTE,
  HOUR,
  23 * HOUR,
  DAY,
  6 * DAY,
  8 * DAY,
  -MINUTE,
  -HOUR,
  -DAY,
  -8 * DAY,
  3650 * DAY,
  -3650 * DAY,
);

const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ is: fc.constant('time' as const), ms: anyJump }) },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('wake' as const),
      signal: fc.constantFrom<Signal>('timer', 'online', 'visible', 'resumed'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('restore' as const), ageMs: anyAge, code: anyRefusal }),
  },
  { weight: 2, arbitrary: fc.record({ is: fc.constant('activate' as const), key: anyKey }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constantFrom('check' as const, 'deactivate' as const, 'release' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ is: fc.constantFrom('confirm' as const, 'finish' as const), answer: anyAnswer }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constant('refuse' as const),
      answer: anyAnswer,
      code: fc.constantFrom(...CODES),
      retryAfter: fc.option(fc.constantFrom(-5, 0, 45, 1e9), { nil: undefined }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant('adopt' as const), ageMs: anyAge, key: anyKey, code: anyRefusal }),
  },
);

const anyHistory = fc.array(anyHappening, { minLength: 5, maxLength: 60 });

/** A world around the state machine: a clock, questions on their way, and what was confirmed so far. */
class World {
  state: State = INITIAL;
  now = NOW;
  lastRun = 0;
  /** Every question ever sent; those that were called off may still be answered. */
  readonly sent: { readonly run: number; readonly call: Call }[] = [];
  readonly live = new Set<number>();

  readonly seatPolicy: 'ask' | 'replace-oldest';

  constructor(seatPolicy: 'ask' | 'replace-oldest' = 'ask') {
    this.seatPolicy = seatPolicy;
  }

  dispatch(event: LicenseEvent): readonly Effect[] {
    const step = transition(this.state, event, { now: this.now, chance: 0.5, seatPolicy: this.seatPolicy });
    this.state = step.state;
    if ('ends' in event) this.live.delete(event.ends!);
    for (const effect of step.effects) {
      if (effect.type === 'abort') this.live.delete(effect.run);
      if (effect.type === 'send') {
        this.sent.push(effect);
        this.live.add(effect.run);
      }
    }
    return step.effects;
  }

  /** @returns the event that it came to, if any */
  happen(it: Happening): LicenseEvent | undefined {
    const event = this.eventOf(it);
    if (event) this.dispatch(event);
    else if (it.is === 'time') this.now += it.ms;
    return event;
  }

  confirmation(key: string, ageMs = 0): LicenseRecord {
    return recordWith({ licenseKey: key, confirmedAt: this.now - ageMs, seenAt: this.now - ageMs });
  }

  private eventOf(it: Happening): LicenseEvent | undefined {
    switch (it.is) {
      case 'time':
        return undefined;
      case 'wake':
        return { type: 'woke', run: ++this.lastRun, signal: it.signal };
      case 'restore':
        return { type: 'restored', run: ++this.lastRun, record: this.stored(KEY, it.ageMs, it.code) };
      case 'activate':
        return { type: 'activate', run: ++this.lastRun, key: it.key };
      case 'check':
      case 'deactivate':
        return { type: it.is, run: ++this.lastRun };
      case 'release':
        return { type: 'release', run: ++this.lastRun, handle: 'phone' };
      case 'adopt':
        return { type: 'adopted', record: this.stored(it.key, it.ageMs, it.code) };
      case 'confirm':
      case 'finish':
      case 'refuse': {
        const asked = this.sent.at(-1 - (it.answer % Math.max(this.sent.length, 1)));
        return asked && this.answerOf(it, asked);
      }
    }
  }

  private answerOf(
    it: Extract<Happening, { answer: number }>,
    { run, call }: { run: number; call: Call },
  ): LicenseEvent {
    if (it.is === 'refuse')
      return {
        type: 'refused',
        ends: run,
        problem: failure(it.code, {
          retryAfter: it.retryAfter,
          devices: [{ handle: 'phone', label: 'Phone' }],
        }),
      };
    switch (call.kind) {
      case 'activate':
        return { type: 'confirmed', ends: run, record: this.confirmation(call.key) };
      case 'check':
        return { type: 'confirmed', ends: run, record: this.confirmation(call.record.licenseKey) };
      case 'deactivate':
        return { type: 'deactivated', ends: run };
      case 'release':
        return { type: 'released', ends: run, handle: call.handle };
    }
  }

  private stored(
    key: string,
    ageMs: number | undefined,
    code: ProblemCode | undefined,
  ): LicenseRecord | undefined {
    if (ageMs === undefined) return undefined;
    const record = this.confirmation(key, ageMs);
    return code === undefined ? record : { ...record, refusal: { code, message: code } };
  }
}

const anyPolicy = fc.constantFrom('ask' as const, 'replace-oldest' as const);

/** Plays a history and looks after each step. */
function holds(look: (before: State, event: LicenseEvent, world: World) => void): void {
  fc.assert(
    fc.property(anyHistory, anyPolicy, (history, policy) => {
      const world = new World(policy);
      for (const it of history) {
        const before = world.state;
        const event = world.happen(it);
        if (event) look(before, event, world);
      }
    }),
    HISTORIES,
  );
}

const grounds = (event: LicenseEvent): LicenseRecord | undefined =>
  event.type === 'confirmed' || event.type === 'restored' || event.type === 'adopted'
    ? event.record
    : undefined;

test('is never open without a confirmation of this very license that was not refused since', () => {
  holds((before, event, { state }) => {
    if (!isOpen(state)) return;
    assert.equal(state.record.refusal, undefined);
    if (isOpen(before) && before.record.licenseKey === state.record.licenseKey) return;
    const held = before.record?.refusal ? undefined : before.record?.licenseKey;
    const ground = grounds(event)?.refusal ? undefined : grounds(event)?.licenseKey;
    assert.ok([held, ground].includes(state.record.licenseKey), `opened by ${event.type}`);
  });
});

test('is never shut by anything but a statement about the license, an end of the grace or the buyer', () => {
  holds((before, event, { state, now }) => {
    if (!isOpen(before) || isOpen(state)) return;
    const isStatement = event.type === 'refused' && isLocking(event.problem.code);
    const isOver = Math.max(now, before.record.seenAt) - before.record.confirmedAt >= before.record.graceMs;
    const isRemoved =
      event.type === 'deactivated' || (event.type === 'adopted' && !(event.record && !event.record.refusal));
    assert.ok(isStatement || isRemoved || (isOver && event.type !== 'adopted'), `shut by ${event.type}`);
  });
});

test('is shut by the end of the grace only where a question has just failed, or a page came back whole', () => {
  holds((before, event, { state }) => {
    if (!isOpen(before) || isOpen(state)) return;
    if (event.type === 'woke') assert.deepEqual([event.signal, state.activity.kind], ['resumed', 'checking']);
  });
});

test('changes nothing on the answer to a question that was superseded', () => {
  holds((before, event, { state }) => {
    if ('ends' in event && event.ends !== runOf(before.activity)) assert.equal(state, before);
  });
});

test('has exactly one question on its way while it waits for an answer, and none otherwise', () => {
  holds((_before, _event, { state, live }) => {
    const run = runOf(state.activity);
    assert.deepEqual([...live], run === undefined ? [] : [run]);
  });
});

test('once deactivated, opens only on a new confirmation', () => {
  holds((before, event, { state }) => {
    if (before.record === undefined && isOpen(state)) assert.ok(grounds(event), `opened by ${event.type}`);
    if (event.type === 'deactivated' && event.ends === runOf(before.activity))
      assert.equal(state.record, undefined);
  });
});

test('a deactivation under way is ended by its own answer or by the buyer, never by the clock, a check or another tab', () => {
  holds((before, event, { state }) => {
    if (before.activity.kind !== 'releasing' || state.activity.kind === 'releasing') return;
    const isOwnAnswer = 'ends' in event && event.ends === before.activity.run;
    assert.ok(isOwnAnswer || event.type === 'activate' || event.type === 'release', `ended by ${event.type}`);
  });
});

test('a clock that goes back never makes the end of the grace come later than a week from what it shows', () => {
  holds((_before, event, { state, now }) => {
    if (!isOpen(state) || event.type !== 'woke') return;
    assert.ok(
      state.record.confirmedAt <= now + 5 * MINUTE ||
        state.activity.kind === 'releasing' ||
        runOf(state.activity) !== undefined,
    );
  });
});

/** Lets the question under way fail, then time go on and a server answer that confirms everything. */
function recover(world: World): void {
  const run = runOf(world.state.activity);
  if (run !== undefined) world.dispatch({ type: 'refused', ends: run, problem: failure('network_error') });
  for (let wakes = 0; wakes < 3 && world.state.access !== 'unlocked'; wakes++) {
    world.now += 2 * DAY;
    const question = world
      .dispatch({ type: 'woke', run: ++world.lastRun, signal: 'timer' })
      .find((effect) => effect.type === 'send');
    if (!question || question.call.kind !== 'check') continue;
    const record = world.confirmation(question.call.record.licenseKey);
    world.dispatch({ type: 'confirmed', ends: question.run, record });
  }
}

test('is never stuck: a license that is held and not refused opens again when the server answers', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const world = new World();
      for (const it of history) world.happen(it);
      recover(world);
      const { record } = world.state;
      if (record && !record.refusal) assert.equal(isOpen(world.state), true);
      assert.equal(runOf(world.state.activity), undefined);
    }),
    HISTORIES,
  );
});

test('is never stuck: an activation that is confirmed opens from wherever it began', () => {
  fc.assert(
    fc.property(anyHistory, anyPolicy, (history, policy) => {
      const world = new World(policy);
      for (const it of history) world.happen(it);
      const run = ++world.lastRun;
      world.dispatch({ type: 'activate', run, key: OTHER_KEY });
      world.dispatch({ type: 'confirmed', ends: run, record: world.confirmation(OTHER_KEY) });
      assert.equal(world.state.access, 'unlocked');
      assert.equal(world.state.record?.licenseKey, OTHER_KEY);
    }),
    HISTORIES,
  );
});

test('asks about once a minute at most, however often it is woken while the server is away', () => {
  let state: State = transition(
    INITIAL,
    { type: 'restored', record: recordWith(), run: 1 },
    { now: NOW, chance: 0, seatPolicy: 'ask' },
  ).state;
  let questions = 0;
  let run = 1;

  for (let now = NOW + DAY; now < NOW + DAY + HOUR; now += 1000) {
    const at = { now, chance: 0, seatPolicy: 'ask' } as const;
    state = transition(state, { type: 'woke', run: ++run, signal: 'timer' }, at).state;
    const asked = runOf(state.activity);
    if (asked === undefined) continue;
    questions++;
    state = transition(state, { type: 'refused', ends: asked, problem: failure('network_error') }, at).state;
  }

  assert.equal(questions, 7);
});
