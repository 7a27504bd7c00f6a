import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { atClock, graceEnd, isGraceOver, isRecheckDue, isTimeToNote } from '../../src/client/policy.ts';
import { DAY, HOUR, MINUTE, NOW, recordWith } from './fixtures.ts';

test('asks again after a day, not before', () => {
  assert.equal(isRecheckDue(recordWith(), NOW + DAY - 1), false);
  assert.equal(isRecheckDue(recordWith(), NOW + DAY), true);
});

test('ends the grace after seven days, not before', () => {
  assert.equal(isGraceOver(recordWith(), NOW + 7 * DAY - MINUTE), false);
  assert.equal(isGraceOver(recordWith(), NOW + 7 * DAY), true);
});

test('lets a host without grace ask once a day all the same, not once a minute', () => {
  const record = recordWith({ graceMs: 0 });

  assert.equal(graceEnd(record), NOW + DAY);
  assert.equal(isGraceOver(record, NOW + HOUR), false);
  assert.equal(isGraceOver(record, NOW + DAY), true);
});

test('leaves a record as it is while the clock goes on, is corrected by minutes, or jumps ahead', () => {
  const record = recordWith({ seenAt: NOW + HOUR });

  for (const now of [NOW + HOUR, NOW + HOUR - 4 * MINUTE, NOW + DAY, NOW + 3650 * DAY])
    assert.equal(atClock(record, now), record);
});

test('keeps a confirmation as old as it was when the clock is turned back', () => {
  const record = recordWith({ seenAt: NOW + 6 * DAY });

  const seen = atClock(record, NOW - 100 * DAY);

  assert.equal(isRecheckDue(record, NOW - 100 * DAY), true);
  assert.equal(graceEnd(seen), NOW - 100 * DAY + DAY);
  assert.equal(seen.seenAt, NOW - 100 * DAY);
});

test('a clock that is turned back over and over adds no grace to the time that the page was in use', () => {
  const turns = fc.array(
    fc.record({
      usedMs: fc.integer({ min: HOUR, max: 2 * DAY }),
      backMs: fc.integer({ min: HOUR, max: 9 * DAY }),
    }),
    { maxLength: 20 },
  );

  fc.assert(
    fc.property(turns, (list) => {
      let now = NOW;
      let record = recordWith();
      let usedMs = 0;
      for (const turn of list) {
        now += turn.usedMs;
        usedMs += turn.usedMs;
        record = { ...atClock(record, now), seenAt: now };
        if (usedMs >= 7 * DAY) assert.equal(isGraceOver(record, now), true);
        now -= turn.backMs;
        record = atClock(record, now);
      }
    }),
    { numRuns: 300 },
  );
});

test('a confirmation from the future counts from when it is noticed', () => {
  const record = recordWith({ confirmedAt: NOW + 3650 * DAY, seenAt: NOW + 3650 * DAY });

  assert.equal(graceEnd(atClock(record, NOW)), NOW + 7 * DAY);
  const garbled = recordWith({ confirmedAt: NOW + 3650 * DAY, seenAt: NOW });
  assert.equal(graceEnd(atClock(garbled, NOW - DAY)), NOW - DAY + 7 * DAY);
});

test('notes the time once a minute', () => {
  assert.equal(isTimeToNote(recordWith(), NOW + MINUTE - 1), false);
  assert.equal(isTimeToNote(recordWith(), NOW + MINUTE), true);
});
