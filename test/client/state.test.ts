import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INITIAL, isOpen, runOf, type Effect, type State } from '../../src/client/model.ts';
import { PROBLEMS, isLocking, type ProblemCode } from '../../src/protocol/index.ts';
import {
  DAY,
  HOUR,
  KEY,
  MINUTE,
  NOW,
  OTHER_KEY,
  activate,
  adopted,
  check,
  confirmed,
  deactivate,
  deactivated,
  failure,
  open,
  play,
  recordWith,
  refused,
  refusedRecord,
  release,
  restored,
  started,
  woke,
} from './fixtures.ts';

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const COULD_NOT_ASK = CODES.filter((code) => !isLocking(code));
const LOCKING = CODES.filter(isLocking);

const reasonOf = (state: State) => ('problem' in state ? state.problem?.code : undefined);
const kinds = (effects: readonly Effect[]) =>
  effects.map((effect) => (effect.type === 'send' ? `send ${effect.call.kind}` : effect.type));

// What a stored record says

test('opens at once on a fresh confirmation, and asks nobody', () => {
  const { state, effects } = play(INITIAL, [restored(recordWith())], { now: NOW + 23 * HOUR });

  assert.equal(state.access, 'unlocked');
  assert.deepEqual(effects, []);
});

test('opens at once on a confirmation from yesterday, and asks beside it', () => {
  const { state, effects } = play(INITIAL, [restored(recordWith())], { now: NOW + 25 * HOUR });

  assert.equal(state.access, 'unlocked');
  assert.equal(state.activity.kind, 'checking');
  assert.deepEqual(kinds(effects), ['send check']);
});

test('decides nothing on a confirmation whose grace is over before it has asked', () => {
  const { state, effects } = play(INITIAL, [restored(recordWith())], { now: NOW + 8 * DAY });

  assert.equal(state.access, 'unknown');
  assert.deepEqual(kinds(effects), ['send check']);
});

test('stays locked on a refused license, and asks whether the refusal was lifted', () => {
  const { state, effects } = play(INITIAL, [restored(refusedRecord())]);

  assert.equal(state.access, 'locked');
  assert.equal(reasonOf(state), 'license_revoked');
  assert.deepEqual(kinds(effects), ['send check']);
});

test('opens again when the refusal was lifted', () => {
  const { state, effects } = play(started(refusedRecord()), [confirmed(1)]);

  assert.equal(state.access, 'unlocked');
  assert.deepEqual(kinds(effects), ['save']);
});

test('is locked without a reason where no license was ever activated', () => {
  const { state, effects } = play(INITIAL, [restored(undefined)]);

  assert.equal(state.access, 'locked');
  assert.equal(reasonOf(state), undefined);
  assert.deepEqual(effects, []);
});

test('ignores a record that is read after something was decided', () => {
  const { state } = play(started(undefined), [restored(recordWith(), 2)]);

  assert.equal(state.access, 'locked');
});

test('goes on activating when the record is read meanwhile', () => {
  const { state, effects } = play(INITIAL, [activate(1, OTHER_KEY), restored(undefined, 2)]);

  assert.equal(state.access, 'locked');
  assert.equal(runOf(state.activity), 1);
  assert.deepEqual(effects, []);
});

// Activating

test('activates with one request, then opens and stores the confirmation', () => {
  const begun = play(started(undefined), [activate(2)]);
  const done = play(begun.state, [confirmed(2)]);

  assert.equal(begun.state.access, 'locked');
  assert.deepEqual(kinds(begun.effects), ['send activate']);
  assert.equal(done.state.access, 'unlocked');
  assert.equal(done.state.activity.kind, 'idle');
  assert.deepEqual(done.effects, [{ type: 'save', record: recordWith() }]);
});

for (const code of CODES) {
  test(`stays locked and says why when an activation ends with ${code}`, () => {
    const { state, effects } = play(started(undefined), [activate(2), refused(2, code)]);

    assert.equal(state.access, 'locked');
    assert.equal(reasonOf(state), code);
    assert.equal(state.activity.kind, 'idle');
    assert.deepEqual(effects, []);
  });
}

test('takes the last message away when the buyer tries again', () => {
  const { state } = play(started(undefined), [activate(2), refused(2, 'license_invalid'), activate(3)]);

  assert.equal(reasonOf(state), undefined);
});

test('calls an activation off when the buyer corrects the key', () => {
  const { state, effects } = play(started(undefined), [activate(2), activate(3, OTHER_KEY)]);

  assert.equal(runOf(state.activity), 3);
  assert.deepEqual(kinds(effects), ['abort', 'send activate']);
});

for (const code of CODES) {
  test(`stays open under its own license when another key is refused with ${code}`, () => {
    const { state, effects } = play(open(), [activate(2, OTHER_KEY), refused(2, code)]);

    assert.equal(isOpen(state), true);
    assert.equal(reasonOf(state), code);
    assert.deepEqual(effects, []);
  });
}

test('shuts when its own key, typed once more, is refused', () => {
  const { state, effects } = play(open(), [activate(2, KEY), refused(2, 'license_invalid')]);

  assert.equal(state.access, 'locked');
  assert.equal(reasonOf(state), 'license_revoked');
  assert.deepEqual(kinds(effects), ['save']);
});

test('remembers the refusal of its own key also when that was typed into a shut gate', () => {
  const shut = play(started(recordWith(), NOW + 8 * DAY), [refused(1, 'timeout')], { now: NOW + 8 * DAY });
  const { state, effects } = play(shut.state, [activate(2, KEY), refused(2, 'license_revoked')]);

  assert.equal(state.access, 'locked');
  assert.equal(state.record?.refusal?.code, 'license_revoked');
  assert.deepEqual(kinds(effects), ['save']);
});

test('goes on asking about its own license after a wrong key was typed into the shut gate', () => {
  const late = NOW + 8 * DAY;

  const { effects } = play(
    started(recordWith(), late),
    [refused(1, 'timeout'), activate(2, OTHER_KEY), refused(2, 'license_invalid'), woke(3)],
    { now: late },
  );

  assert.deepEqual(kinds(effects), ['send check']);
});

test('goes on asking about its own license when the record was read while a wrong key was on its way', () => {
  const late = NOW + 8 * DAY;

  const { effects } = play(
    INITIAL,
    [activate(1, OTHER_KEY), restored(recordWith(), 2), refused(1, 'license_invalid'), woke(3)],
    { now: late },
  );

  assert.deepEqual(kinds(effects), ['send check']);
});

// Seats

const DEVICES = [
  { handle: 'phone', label: 'Safari on iPhone', lastSeen: '2026-11-22T08:00:00Z' },
  { handle: 'old-laptop', label: 'Chrome on Windows', lastSeen: '2026-03-01T08:00:00Z' },
  { handle: 'desk', label: 'Firefox on Linux', lastSeen: '2026-11-20T08:00:00Z' },
];

test('lists who holds the seats when there is none left', () => {
  const { state } = play(started(undefined), [
    activate(2),
    refused(2, 'seat_limit_reached', { devices: DEVICES }),
  ]);

  assert.equal(state.access, 'locked');
  assert.deepEqual(state.devices, DEVICES);
});

test('frees a seat and takes it in one call', () => {
  const { state, effects } = play(started(undefined), [
    activate(2),
    refused(2, 'seat_limit_reached', { devices: DEVICES }),
    release(3, 'phone'),
  ]);

  assert.equal(state.activity.kind, 'activating');
  assert.deepEqual(effects, [
    { type: 'send', run: 3, call: { kind: 'activate', key: KEY, replaceDevice: 'phone' } },
  ]);
});

test('takes a freed seat back for the license it has lost its seat under', () => {
  const { effects } = play(open(), [
    check(2),
    refused(2, 'seat_limit_reached', { devices: DEVICES }),
    release(3, 'desk'),
  ]);

  assert.deepEqual(effects, [
    { type: 'send', run: 3, call: { kind: 'activate', key: KEY, replaceDevice: 'desk' } },
  ]);
});

test("frees another device's seat from an open gate, and stays open", () => {
  const { state, effects } = play(open(), [release(2, 'phone')]);

  assert.equal(isOpen(state), true);
  assert.deepEqual(effects, [{ type: 'send', run: 2, call: { kind: 'release', key: KEY, handle: 'phone' } }]);
});

test('takes the seat that was unseen for longest where the host wants it so, in whatever order they are listed', () => {
  const { state, effects } = play(
    started(undefined),
    [activate(2), refused(2, 'seat_limit_reached', { devices: DEVICES })],
    { seatPolicy: 'replace-oldest' },
  );

  assert.equal(state.activity.kind, 'activating');
  assert.deepEqual(kinds(effects), ['abort', 'send activate']);
  assert.deepEqual(effects.at(-1), {
    type: 'send',
    run: 2,
    call: { kind: 'activate', key: KEY, replaceDevice: 'old-laptop' },
  });
});

test('takes one seat at most, then leaves the choice to the buyer', () => {
  const { state, effects } = play(
    started(undefined),
    [
      activate(2),
      refused(2, 'seat_limit_reached', { devices: DEVICES }),
      refused(2, 'seat_limit_reached', { devices: DEVICES }),
    ],
    { seatPolicy: 'replace-oldest' },
  );

  assert.equal(state.activity.kind, 'idle');
  assert.equal(reasonOf(state), 'seat_limit_reached');
  assert.deepEqual(effects, []);
});

// Asking again

for (const code of COULD_NOT_ASK) {
  test(`stays open for the grace when a check ends with ${code}`, () => {
    const { state, effects } = play(open(), [check(2), refused(2, code)], { now: NOW + 6 * DAY });

    assert.equal(state.access, 'grace');
    assert.equal(state.activity.kind, 'waiting');
    assert.equal(reasonOf(state), code);
    assert.deepEqual(effects, []);
  });
}

for (const code of LOCKING) {
  test(`shuts when a check ends with ${code}, and keeps the key`, () => {
    const { state, effects } = play(open(), [check(2), refused(2, code)]);

    assert.equal(state.access, 'locked');
    assert.equal(reasonOf(state), code === 'license_invalid' ? 'license_revoked' : code);
    assert.equal(state.record?.licenseKey, KEY);
    assert.deepEqual(kinds(effects), ['save']);
  });
}

test('asks when a day is over, whatever wakes it', () => {
  for (const signal of ['timer', 'online', 'visible', 'resumed'] as const)
    assert.deepEqual(kinds(play(open(), [[woke(2, signal), NOW + DAY]]).effects), ['note', 'send check']);
});

test('asks nobody before the day is over', () => {
  assert.deepEqual(play(open(), [[woke(2), NOW + MINUTE - 1]]).effects, []);
});

test('notes the time every minute, and asks nobody for it', () => {
  const { state, effects } = play(open(), [[woke(2), NOW + MINUTE]]);

  assert.deepEqual(kinds(effects), ['note']);
  assert.equal(state.record?.seenAt, NOW + MINUTE);
});

test('waits longer after each failure, up to an hour', () => {
  const waits: number[] = [];
  let state = open();
  let now = NOW + DAY;

  for (let run = 2; run < 12; run++) {
    ({ state } = play(state, [woke(run), refused(run, 'network_error')], { now }));
    const { activity } = state;
    assert.equal(activity.kind, 'waiting');
    if (activity.kind === 'waiting') waits.push((activity.until - now) / MINUTE);
    now += waits.at(-1)! * MINUTE;
  }

  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('waits as long as the server asks for', () => {
  const { state } = play(open(), [check(2), refused(2, 'rate_limited', { retryAfter: 200 })]);

  assert.equal(play(state, [[woke(3), NOW + 199_000]]).state.activity.kind, 'waiting');
  assert.equal(play(state, [[woke(3), NOW + 200_000]]).state.activity.kind, 'checking');
});

test('asks as soon as the network is back', () => {
  const { effects } = play(open(), [check(2), refused(2, 'network_error'), woke(3, 'online')]);

  assert.deepEqual(kinds(effects), ['send check']);
});

test('does not ask before the time the server named only because the network was away', () => {
  const { effects } = play(open(), [
    check(2),
    refused(2, 'rate_limited', { retryAfter: 600 }),
    woke(3, 'online'),
  ]);

  assert.deepEqual(effects, []);
});

test('becomes fully open again with the next confirmation', () => {
  const { state } = play(open(), [check(2), refused(2, 'timeout'), woke(3, 'online'), confirmed(3)]);

  assert.equal(state.access, 'unlocked');
  assert.equal(reasonOf(state), undefined);
});

test('shuts when the grace is over only after asking once more', () => {
  const inGrace = play(open(), [check(2), refused(2, 'timeout', { retryAfter: DAY })], {
    now: NOW + 7 * DAY - HOUR,
  });
  const asking = play(inGrace.state, [[woke(3), NOW + 7 * DAY]]);
  const failed = play(asking.state, [refused(3, 'timeout')], { now: NOW + 7 * DAY });

  assert.equal(inGrace.state.access, 'grace');
  assert.deepEqual(kinds(asking.effects), ['send check']);
  assert.equal(asking.state.access, 'grace');
  assert.equal(failed.state.access, 'locked');
  assert.equal(reasonOf(failed.state), 'grace_expired');
  assert.deepEqual(kinds(failed.effects), ['note']);
});

test('opens without the key when the server answers again after the grace', () => {
  const late = NOW + 9 * DAY;

  const { state } = play(
    started(recordWith(), late),
    [refused(1, 'network_error'), woke(2, 'online'), confirmed(2)],
    {
      now: late,
    },
  );

  assert.equal(state.access, 'unlocked');
});

test('from nothing known, a failed question leads to a shut gate that goes on asking', () => {
  const late = NOW + 9 * DAY;

  const { state } = play(started(recordWith(), late), [refused(1, 'upstream_unavailable')], { now: late });

  assert.equal(state.access, 'locked');
  assert.equal(reasonOf(state), 'grace_expired');
  assert.equal(state.activity.kind, 'waiting');
});

test('asks before it shows anything when a page comes back whole after eight days', () => {
  const { state, effects } = play(open(), [[woke(2, 'resumed'), NOW + 8 * DAY]]);

  assert.equal(state.access, 'unknown');
  assert.deepEqual(kinds(effects), ['send check']);
});

test('stays open while it asks when a page comes back whole after two days', () => {
  const { state, effects } = play(open(), [[woke(2, 'resumed'), NOW + 2 * DAY]]);

  assert.equal(state.access, 'unlocked');
  assert.deepEqual(kinds(effects), ['note', 'send check']);
});

test('asks one question at a time', () => {
  assert.deepEqual(play(open(), [check(2), [woke(3), NOW + DAY]]).effects, []);
});

// Late answers

const LATE = [
  confirmed(2, recordWith({ licenseName: 'Company License' })),
  refused(2, 'license_revoked'),
  deactivated(2),
  { type: 'released', ends: 2, handle: 'phone' } as const,
];

for (const late of LATE) {
  test(`ignores a late "${late.type}" of a question that was superseded`, () => {
    const before = play(open(), [check(2), activate(3, OTHER_KEY)]).state;

    const { state, effects } = play(before, [late]);

    assert.equal(state, before);
    assert.deepEqual(effects, []);
  });
}

// Deactivating

test('locks and forgets the license once the server has taken the seat back', () => {
  const begun = play(open(), [deactivate(2)]);
  const done = play(begun.state, [deactivated(2)]);

  assert.equal(isOpen(begun.state), true);
  assert.deepEqual(kinds(begun.effects), ['send deactivate']);
  assert.deepEqual(done.state, { access: 'locked', activity: { kind: 'idle' }, devices: [] });
  assert.deepEqual(kinds(done.effects), ['forget']);
});

test('deactivates although a check is on its way, whose answer then changes nothing', () => {
  const { state, effects } = play(open(), [check(2), deactivate(3)]);
  const end = play(state, [confirmed(2), deactivated(3), confirmed(2)]);

  assert.deepEqual(kinds(effects), ['abort', 'send deactivate']);
  assert.equal(end.state.access, 'locked');
  assert.equal(end.state.record, undefined);
});

test('is not kept from deactivating by a check', () => {
  const before = play(open(), [deactivate(2)]).state;

  for (const event of [check(3), woke(3, 'online')]) assert.equal(play(before, [event]).state, before);
});

test('is not kept from deactivating by a confirmation in another tab', () => {
  const { state, effects } = play(open(), [
    deactivate(2),
    adopted(recordWith({ confirmedAt: NOW + MINUTE, seenAt: NOW + MINUTE })),
  ]);

  assert.equal(runOf(state.activity), 2);
  assert.deepEqual(effects, []);
});

test('stays open when the seat could not be given back', () => {
  const { state } = play(open(), [deactivate(2), refused(2, 'network_error')]);

  assert.equal(isOpen(state), true);
  assert.equal(reasonOf(state), 'network_error');
});

test('goes on asking after a deactivation that failed on a shut gate', () => {
  const late = NOW + 9 * DAY;

  const { effects } = play(
    started(recordWith(), late),
    [refused(1, 'timeout'), deactivate(2), refused(2, 'timeout'), woke(3)],
    { now: late },
  );

  assert.deepEqual(kinds(effects), ['send check']);
});

test('goes on asking after another action failed in the grace', () => {
  const grace = play(open(), [check(2), refused(2, 'timeout')]).state;

  for (const action of [deactivate(3), release(3, 'phone'), activate(3, OTHER_KEY)])
    assert.deepEqual(kinds(play(grace, [action, refused(3, 'timeout'), woke(4)]).effects), ['send check']);
});

test('goes on asking about a license in doubt after a seat was freed meanwhile', () => {
  const { effects } = play(
    started(recordWith(), NOW + 9 * DAY),
    [refused(1, 'timeout'), release(2, 'phone'), { type: 'released', ends: 2, handle: 'phone' }, woke(3)],
    { now: NOW + 9 * DAY },
  );

  assert.deepEqual(kinds(effects), ['send check']);
});

// Other tabs

test('opens with a license that another tab has activated', () => {
  const { state, effects } = play(started(undefined), [adopted(recordWith())]);

  assert.equal(state.access, 'unlocked');
  assert.deepEqual(effects, []);
});

test('locks when another tab has deactivated', () => {
  const { state } = play(open(), [adopted(undefined)]);

  assert.equal(state.access, 'locked');
  assert.equal(state.record, undefined);
});

test('shuts when another tab was told that the license is revoked', () => {
  const { state } = play(open(), [adopted(refusedRecord())]);

  assert.equal(state.access, 'locked');
  assert.equal(reasonOf(state), 'license_revoked');
});

test("calls its own check off for another tab's newer confirmation", () => {
  const newer = recordWith({ confirmedAt: NOW + DAY, seenAt: NOW + DAY });

  const { state, effects } = play(open(), [check(2), adopted(newer)], { now: NOW + DAY });

  assert.equal(state.record, newer);
  assert.equal(state.activity.kind, 'idle');
  assert.deepEqual(effects, [{ type: 'abort', run: 2 }]);
});

test('is not set back by an older confirmation', () => {
  const before = play(open(), [check(2), confirmed(2, recordWith({ confirmedAt: NOW + DAY }))]).state;

  assert.equal(play(before, [adopted(recordWith())]).state, before);
});

test('is not shut by a refusal that came before its own confirmation', () => {
  const later = { ...recordWith(), confirmedAt: NOW + HOUR, seenAt: NOW + HOUR };

  const { state } = play(open(), [check(2), confirmed(2, later), adopted(refusedRecord())]);

  assert.equal(isOpen(state), true);
});

test('is not opened by a confirmation that came before the refusal', () => {
  const { state } = play(open(), [
    check(2),
    [refused(2, 'license_revoked'), NOW + HOUR],
    adopted(recordWith()),
  ]);

  assert.equal(state.access, 'locked');
});

test('goes on asking when another tab has only the confirmation that it is asking about', () => {
  const late = NOW + 8 * DAY;
  const before = started(recordWith(), late);

  assert.equal(play(before, [adopted(recordWith())], { now: late }).state, before);
});

test('is not shut by a stored confirmation that is too old to open a gate', () => {
  const { state } = play(open(), [
    adopted(recordWith({ licenseKey: OTHER_KEY, confirmedAt: NOW - 30 * DAY })),
  ]);

  assert.equal(isOpen(state), true);
});

test('asks about a confirmation of another tab that is too old to open a shut gate', () => {
  const { effects } = play(started(undefined), [adopted(recordWith()), woke(2)], { now: NOW + 9 * DAY });

  assert.deepEqual(kinds(effects), ['send check']);
});

test('goes on activating another key while other tabs change theirs', () => {
  for (const record of [recordWith(), refusedRecord()]) {
    const { state } = play(started(undefined), [activate(2, OTHER_KEY), adopted(record)]);
    assert.equal(runOf(state.activity), 2);
  }
});

test('ends its own question with what another tab has been answered', () => {
  const newer = recordWith({ confirmedAt: NOW + DAY, seenAt: NOW + DAY });

  for (const record of [
    newer,
    recordWith({ confirmedAt: NOW - 30 * DAY, licenseKey: OTHER_KEY }),
    undefined,
  ]) {
    const { state } = play(open(), [check(2), { type: 'adopted', ends: 2, record }], { now: NOW + DAY });
    assert.equal(runOf(state.activity), undefined);
  }
});

// Clocks

test('does not get younger when the clock is set back: the grace goes on from where it was', () => {
  const used = play(open(), [check(2), [refused(2, 'timeout'), NOW + 6 * DAY]]).state;
  const noted = play(started({ ...used.record!, seenAt: NOW + 6 * DAY }, NOW), [refused(1, 'timeout')]).state;

  const stillOpen = play(noted, [[woke(2), NOW + 23 * HOUR], refused(2, 'timeout')]).state;
  const over = play(stillOpen, [[woke(3), NOW + DAY], refused(3, 'timeout')]).state;

  assert.equal(stillOpen.access, 'grace');
  assert.equal(over.access, 'locked');
  assert.equal(reasonOf(over), 'grace_expired');
});

test('asks at once when the clock was set back, also while it waits', () => {
  assert.deepEqual(kinds(play(open(), [[woke(2), NOW - HOUR]]).effects), ['note', 'send check']);
  const waiting = play(open(), [check(2), refused(2, 'timeout')]).state;
  assert.deepEqual(kinds(play(waiting, [[woke(3), NOW - 10 * 365 * DAY]]).effects), ['note', 'send check']);
});

test('opens again without the network once a clock that ran ten years ahead is put right', () => {
  const wrong = NOW + 3650 * DAY;
  const shut = play(open(), [[woke(2), wrong], refused(2, 'timeout')]).state;

  const { state } = play(shut, [[woke(3), NOW + HOUR], refused(3, 'timeout')]);

  assert.equal(shut.access, 'locked');
  assert.equal(state.access, 'grace');
});

test('never shuts while the server answers, whatever the clock does', () => {
  let state = open();
  let run = 2;
  for (const jump of [DAY, -DAY, 3650 * DAY, -3650 * DAY, -HOUR, 8 * DAY]) {
    const now = NOW + jump;
    state = play(state, [[woke(run), now]]).state;
    assert.equal(isOpen(state), true);
    if (runOf(state.activity) === run)
      state = play(state, [[confirmed(run, recordWith({ confirmedAt: now, seenAt: now })), now]]).state;
    assert.equal(state.access, 'unlocked');
    run++;
  }
});

test('carries a problem from the refusal to the state unchanged', () => {
  const why = failure('rate_limited', { retryAfter: 45, requestId: 'r-1' });

  const { state } = play(started(undefined), [activate(2), { type: 'refused', ends: 2, problem: why }]);

  assert.equal(state.access === 'locked' && state.problem, why);
});
