import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordOf } from '../../src/client/confirmation.ts';
import { DAY, HOUR, IAT, KEY, NOW, claimsWith } from './fixtures.ts';

const DEFAULTS = { graceMs: 7 * DAY, recheckMs: DAY };

test("takes the host's times where the server says nothing", () => {
  const record = recordOf(KEY, { activated: true }, undefined, NOW, 0, DEFAULTS);

  assert.deepEqual(
    [record.confirmedAt, record.seenAt, record.recheckMs, record.graceMs],
    [NOW, NOW, DAY, 7 * DAY],
  );
});

test("takes the server's times where it says them", () => {
  const claims = claimsWith({ grace_until: IAT + 3 * 86_400 });

  const record = recordOf(KEY, { activated: true, recheckAfter: 3600 }, claims, NOW, 0, DEFAULTS);

  assert.equal(record.recheckMs, HOUR);
  assert.equal(record.graceMs, 3 * DAY);
});

const timesFor = (recheckAfter: number, grace: number) => {
  const claims = claimsWith({ exp: IAT + 1e12, grace_until: IAT + grace });
  const { recheckMs, graceMs } = recordOf(KEY, { activated: true, recheckAfter }, claims, NOW, 0, DEFAULTS);
  return [recheckMs, graceMs];
};

test('keeps times within reason: from a second to thirty days, and a grace of at most 400 days', () => {
  assert.deepEqual(timesFor(0, -5), [1000, 0]);
  assert.deepEqual(timesFor(1e15, 1e15), [30 * DAY, 400 * DAY]);
});

test('asks again before a lease runs out, so that the host always holds one that is valid', () => {
  const { recheckMs } = recordOf(
    KEY,
    { activated: true, recheckAfter: 86_400 },
    claimsWith(),
    NOW,
    0,
    DEFAULTS,
  );

  assert.equal(recheckMs, 0.9 * DAY);
});

test('asks at most once a minute, however short a lease is', () => {
  const { recheckMs } = recordOf(KEY, { activated: true }, claimsWith({ exp: IAT + 1 }), NOW, 0, DEFAULTS);

  assert.equal(recheckMs, 60_000);
});

test('spreads the checks of many devices over a tenth of the interval', () => {
  const { recheckMs } = recordOf(KEY, { activated: true }, undefined, NOW, 1, DEFAULTS);

  assert.equal(recheckMs, 0.9 * DAY);
});
