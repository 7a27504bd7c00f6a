import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { License, Product, Seat, SeatView } from '../../src/server/index.ts';
import { claimSeat, releaseSeat, seatsOf } from '../../src/server/licensing.ts';
import { DAY_MS, HOUR_MS } from './support.ts';

const NOW = 100 * DAY_MS;
const RULES = { idleMs: 30 * DAY_MS, newPerDay: 10 };
const CLAIM = { handle: 'phone', label: 'Phone' };

const seat = (handle: string, unseenDays: number): Seat => ({
  handle,
  label: handle,
  firstSeen: 0,
  lastSeen: NOW - unseenDays * DAY_MS,
});

function view(seats: readonly Seat[], counted: Partial<License> = {}): SeatView {
  const license: License = {
    id: 'id',
    product: 'my-tool',
    keyHash: 'hash',
    licenseName: 'Standard License',
    verifiedAt: NOW,
    devicesUsed: seats.length,
    newDevicesSince: 0,
    newDevices: 0,
    ...counted,
  };
  const longestUnseen = () => seats.toSorted((one, other) => one.lastSeen - other.lastSeen);
  return { license, named: new Map(seats.map((one) => [one.handle, one])), longestUnseen };
}

test('a free seat is taken', () => {
  const { change, outcome } = claimSeat(view([]), CLAIM, 1, RULES, NOW);

  assert.deepEqual(outcome, { kind: 'seated', isNew: true, devicesUsed: 1, released: [] });
  assert.deepEqual(change, {
    release: [],
    take: { handle: 'phone', label: 'Phone', firstSeen: NOW, lastSeen: NOW, proofKey: undefined },
    counted: { newDevicesSince: NOW, newDevices: 1 },
  });
});

test('a device that has a seat needs none, even where there are too many', () => {
  const { change, outcome } = claimSeat(view([seat('phone', 0), seat('laptop', 0)]), CLAIM, 1, RULES, NOW);

  assert.deepEqual(outcome, { kind: 'seated', isNew: false, devicesUsed: 2, released: [] });
  assert.equal(change, undefined);
});

test('no seat is free: nothing changes', () => {
  const { change, outcome } = claimSeat(view([seat('laptop', 29)]), CLAIM, 1, RULES, NOW);

  assert.deepEqual(outcome, { kind: 'full', devicesUsed: 1 });
  assert.equal(change, undefined);
});

test('the longest unseen device gives way, and only as many as are needed', () => {
  const seats = [seat('a', 31), seat('b', 60), seat('c', 1)];

  const { outcome } = claimSeat(view(seats), CLAIM, 3, RULES, NOW);

  assert.deepEqual(outcome, { kind: 'seated', isNew: true, devicesUsed: 3, released: ['b'] });
});

test('idle devices stay where nobody needs their seats', () => {
  const { outcome } = claimSeat(view([seat('a', 60)]), CLAIM, 5, RULES, NOW);

  assert.deepEqual(outcome, { kind: 'seated', isNew: true, devicesUsed: 2, released: [] });
});

test('after a downgrade a new device needs every seat too many to be given up', () => {
  const seats = [seat('a', 31), seat('b', 60), seat('c', 1)];

  const refused = claimSeat(view(seats), CLAIM, 1, RULES, NOW);
  const seated = claimSeat(view(seats), CLAIM, 2, RULES, NOW);

  assert.equal(refused.outcome.kind, 'full');
  assert.deepEqual(seated.outcome, { kind: 'seated', isNew: true, devicesUsed: 2, released: ['b', 'a'] });
});

test('with idle days of 0 no device ever gives way', () => {
  const { outcome } = claimSeat(view([seat('a', 9999)]), CLAIM, 1, { ...RULES, idleMs: 0 }, NOW);

  assert.equal(outcome.kind, 'full');
});

test('the named device gives its seat, idle or not', () => {
  const seats = [seat('a', 60), seat('laptop', 0)];

  const { outcome } = claimSeat(view(seats), { ...CLAIM, replace: 'laptop' }, 2, RULES, NOW);

  assert.deepEqual(outcome, { kind: 'seated', isNew: true, devicesUsed: 2, released: ['laptop'] });
});

test('naming a device that has no seat frees none', () => {
  const { outcome } = claimSeat(view([seat('laptop', 0)]), { ...CLAIM, replace: 'gone' }, 1, RULES, NOW);

  assert.equal(outcome.kind, 'full');
});

test('an unlimited license takes any number of devices, any day', () => {
  const full = view([seat('a', 0)], { devicesUsed: 5000, newDevicesSince: NOW - HOUR_MS, newDevices: 5000 });

  const { outcome } = claimSeat(full, CLAIM, Number.POSITIVE_INFINITY, RULES, NOW);

  assert.deepEqual(outcome, { kind: 'seated', isNew: true, devicesUsed: 5001, released: [] });
});

test('the tenth new device of a day comes in, the eleventh waits for the day to end', () => {
  const ninth = { newDevicesSince: NOW - HOUR_MS, newDevices: 9 };

  const tenth = claimSeat(view([], ninth), CLAIM, 1, RULES, NOW);
  const eleventh = claimSeat(view([], { ...ninth, newDevices: 10 }), CLAIM, 1, RULES, NOW);
  const nextDay = claimSeat(view([], { ...ninth, newDevices: 10 }), CLAIM, 1, RULES, NOW + 23 * HOUR_MS);

  assert.deepEqual(tenth.change?.counted, { newDevicesSince: NOW - HOUR_MS, newDevices: 10 });
  assert.deepEqual(eleventh, { outcome: { kind: 'too_many_new', retryAfterMs: 23 * HOUR_MS } });
  assert.deepEqual(nextDay.change?.counted, { newDevicesSince: NOW + 23 * HOUR_MS, newDevices: 1 });
});

test('a license of fifty seats may fill them in one day', () => {
  const busy = { devicesUsed: 49, newDevicesSince: NOW - HOUR_MS, newDevices: 49 };

  const { outcome } = claimSeat(view([], busy), CLAIM, 50, RULES, NOW);

  assert.equal(outcome.kind, 'seated');
});

test('a limit of 0 new devices a day is no limit', () => {
  const busy = { newDevicesSince: NOW - HOUR_MS, newDevices: 1000 };

  const { outcome } = claimSeat(view([], busy), CLAIM, 1, { ...RULES, newPerDay: 0 }, NOW);

  assert.equal(outcome.kind, 'seated');
});

test('seats go by the license name, and by default where it is not in the table', () => {
  const product: Product = {
    slug: '/my-tool',
    name: 'my-tool',
    kind: 'software',
    seats: new Map([['Team License', 5]]),
    defaultSeats: 2,
    deviceProof: 'optional',
  };

  assert.deepEqual(
    ['Team License', 'team license', 'constructor', '__proto__', ''].map((name) => seatsOf(product, name)),
    [5, 2, 2, 2, 2],
  );
});

test('a new seat is bound to the key that its device has proved, or to none', () => {
  const bound = claimSeat(view([]), { ...CLAIM, proofKey: 'key' }, 1, RULES, NOW);
  const free = claimSeat(view([]), CLAIM, 1, RULES, NOW);

  assert.deepEqual([bound.change?.take?.proofKey, free.change?.take?.proofKey], ['key', undefined]);
});

test('a bound seat is for the device that proves its key, and for no other', () => {
  const seats = view([{ ...seat('phone', 0), proofKey: 'key' }]);

  const outcomes = ['key', 'other', undefined].map((proofKey) =>
    claimSeat(seats, { ...CLAIM, proofKey }, 5, RULES, NOW),
  );

  assert.deepEqual(outcomes, [
    { outcome: { kind: 'seated', isNew: false, devicesUsed: 1, released: [] } },
    { outcome: { kind: 'unproven' } },
    { outcome: { kind: 'unproven' } },
  ]);
});

test('a seat from before the device had a key is bound to the first one, and stays as it is otherwise', () => {
  const before = seat('phone', 3);

  const { change, outcome } = claimSeat(view([before]), { ...CLAIM, proofKey: 'key' }, 1, RULES, NOW);

  assert.deepEqual(outcome, { kind: 'seated', isNew: false, devicesUsed: 1, released: [] });
  assert.deepEqual(change, { release: ['phone'], take: { ...before, proofKey: 'key' } });
});

test('a bound seat is given back by its device with a proof, and by others by its handle', () => {
  const bound = { ...seat('phone', 0), proofKey: 'key' };

  const byItself = releaseSeat(bound, true, 'key');
  const byACopy = [releaseSeat(bound, true, undefined), releaseSeat(bound, true, 'other')];
  const byAnother = releaseSeat(bound, false, undefined);

  const released = {
    change: { release: ['phone'] },
    outcome: { kind: 'deactivated', wasSeated: true },
  };
  assert.deepEqual([byItself, byAnother], [released, released]);
  assert.deepEqual(byACopy, [{ outcome: { kind: 'unproven' } }, { outcome: { kind: 'unproven' } }]);
});
