import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { License } from '../../src/server/index.ts';
import { applyVerdict, laneFor, planFor, settledUntil, standingAfter } from '../../src/server/verdicts.ts';
import type { Verdict } from '../../src/server/verifier.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './support.ts';

const TIMES = { freshMs: 24 * HOUR_MS, staleMs: 48 * HOUR_MS, keepMs: 7 * DAY_MS, confirmMs: 10 * MINUTE_MS };
const NOW = 100 * DAY_MS;
const SUBJECT = { product: 'my-tool', keyHash: 'hash', newId: 'new-id' };
const VALID: Verdict = { kind: 'valid', licenseName: 'Team License', productName: 'My Tool' };
const INVALID: Verdict = { kind: 'invalid' };
const UNKNOWN: Verdict = { kind: 'unknown', why: 'busy', retryAfterMs: 45_000 };

const at = (now: number, isMassFlip = false) => ({ subject: SUBJECT, now, times: TIMES, isMassFlip });

const verified = (agoMs: number, more: Partial<License> = {}): License => ({
  id: 'id',
  product: 'my-tool',
  keyHash: 'hash',
  licenseName: 'Standard License',
  productName: 'My Tool',
  variant: undefined,
  verifiedAt: NOW - agoMs,
  invalidSince: undefined,
  revokedAt: undefined,
  bannedAt: undefined,
  devicesUsed: 1,
  newDevicesSince: 0,
  newDevices: 1,
  ...more,
});

const PLANS: readonly (readonly [string, License | undefined, ReturnType<typeof planFor>])[] = [
  ['never seen', undefined, 'ask'],
  ['just verified', verified(0), 'use'],
  ['a ms before 24 hours', verified(24 * HOUR_MS - 1), 'use'],
  ['24 hours old', verified(24 * HOUR_MS), 'use_and_ask'],
  ['a ms before 48 hours', verified(48 * HOUR_MS - 1), 'use_and_ask'],
  ['48 hours old', verified(48 * HOUR_MS), 'ask'],
  ['a year old', verified(365 * DAY_MS), 'ask'],
  ['verified in the future by a clock that was wrong', verified(-DAY_MS), 'use'],
  ['doubted just now', verified(30 * HOUR_MS, { invalidSince: NOW }), 'use'],
  ['doubted just now, and a year old', verified(365 * DAY_MS, { invalidSince: NOW }), 'use'],
  ['doubted ten minutes ago, though fresh', verified(HOUR_MS, { invalidSince: NOW - 10 * MINUTE_MS }), 'ask'],
  ['revoked', verified(HOUR_MS, { revokedAt: NOW }), 'ask'],
  ['banned', verified(HOUR_MS, { bannedAt: NOW }), 'refuse'],
];

for (const [name, license, plan] of PLANS) {
  test(`plan for a license ${name}: ${plan}`, () => {
    assert.equal(planFor(license, NOW, TIMES), plan);
  });
}

for (const [name, license, plan] of PLANS) {
  test(`a license ${name} is${plan === 'use' ? '' : ' not'} settled, unless it is in doubt`, () => {
    if (!license) return;

    const isSettled = NOW < settledUntil(license, TIMES);

    assert.equal(isSettled, plan === 'use' && license.invalidSince === undefined);
  });
}

const LANES: readonly (readonly [string, License | undefined, ReturnType<typeof laneFor>])[] = [
  ['never seen', undefined, 'unknown'],
  ['30 hours old', verified(30 * HOUR_MS), 'spare'],
  ['9 days old less a ms, which can be served for want of better', verified(9 * DAY_MS - 1), 'spare'],
  ['9 days old, which cannot', verified(9 * DAY_MS), 'known'],
  ['doubted', verified(49 * HOUR_MS, { invalidSince: NOW - DAY_MS }), 'spare'],
  ['revoked', verified(HOUR_MS, { revokedAt: NOW }), 'unknown'],
];

for (const [name, license, lane] of LANES) {
  test(`lane of a license ${name}: ${lane}`, () => {
    assert.equal(laneFor(license, NOW, TIMES), lane);
  });
}

test('a valid verdict makes a license out of nothing', () => {
  const draft = applyVerdict(undefined, VALID, at(NOW));

  assert.equal(draft?.id, 'new-id');
  assert.equal(draft?.licenseName, 'Team License');
  assert.equal(draft?.verifiedAt, NOW);
});

test('a valid verdict restores a revoked license under its old reference, with its new name', () => {
  const revoked = verified(HOUR_MS, { invalidSince: 1, revokedAt: 2 });

  const draft = applyVerdict(revoked, VALID, at(NOW));

  assert.equal(draft?.id, 'id');
  assert.equal(draft?.licenseName, 'Team License');
  assert.deepEqual([draft?.invalidSince, draft?.revokedAt], [undefined, undefined]);
});

test('a valid verdict does not lift the seller’s ban', () => {
  const draft = applyVerdict(verified(HOUR_MS, { bannedAt: 5 }), VALID, at(NOW));

  assert.equal(draft?.bannedAt, 5);
});

test('the first invalid verdict only marks, the second confirms after ten minutes', () => {
  const first = applyVerdict(verified(49 * HOUR_MS), INVALID, at(NOW));
  const marked = verified(49 * HOUR_MS, { invalidSince: NOW });

  const tooSoon = applyVerdict(marked, INVALID, at(NOW + 10 * MINUTE_MS - 1));
  const confirmed = applyVerdict(marked, INVALID, at(NOW + 10 * MINUTE_MS));

  assert.deepEqual([first?.invalidSince, first?.revokedAt], [NOW, undefined]);
  assert.deepEqual([tooSoon?.invalidSince, tooSoon?.revokedAt], [NOW, undefined]);
  assert.equal(confirmed?.revokedAt, NOW + 10 * MINUTE_MS);
});

test('while many are called invalid at once, none is revoked, and the doubt about it begins anew', () => {
  const doubted = verified(49 * HOUR_MS, { invalidSince: NOW - 3 * HOUR_MS });

  const draft = applyVerdict(doubted, INVALID, at(NOW, true));

  assert.equal(draft?.revokedAt, undefined);
  assert.equal(draft?.invalidSince, NOW);
});

test('an invalid verdict about an unknown key writes nothing, nor does one about a revoked license', () => {
  assert.equal(applyVerdict(undefined, INVALID, at(NOW)), undefined);
  assert.equal(applyVerdict(verified(0, { revokedAt: 1 }), INVALID, at(NOW)), undefined);
});

test('a verdict of "unknown" never writes', () => {
  assert.equal(applyVerdict(undefined, UNKNOWN, at(NOW)), undefined);
  assert.equal(applyVerdict(verified(49 * HOUR_MS), UNKNOWN, at(NOW)), undefined);
});

const STANDINGS: readonly (readonly [string, License | undefined, Verdict, string])[] = [
  ['a valid license', verified(0), VALID, 'licensed'],
  ['an unknown key that is invalid', undefined, INVALID, 'license_invalid'],
  ['a license that is doubted', verified(49 * HOUR_MS, { invalidSince: NOW }), INVALID, 'licensed'],
  ['a license that is revoked', verified(49 * HOUR_MS, { revokedAt: NOW }), INVALID, 'license_revoked'],
  ['a revoked license nobody can say more about', verified(0, { revokedAt: 1 }), UNKNOWN, 'license_revoked'],
  ['a banned license that is valid', verified(0, { bannedAt: 1 }), VALID, 'license_revoked'],
  ['a license of 9 days less a ms, unsaid', verified(9 * DAY_MS - 1), UNKNOWN, 'licensed'],
  ['a license of 9 days, unsaid', verified(9 * DAY_MS), UNKNOWN, 'upstream_unavailable'],
  ['a new key, unsaid', undefined, UNKNOWN, 'upstream_unavailable'],
  ['a new key, the seller refused', undefined, { kind: 'unknown', why: 'refused' }, 'server_misconfigured'],
  [
    'a known license, the seller refused',
    verified(49 * HOUR_MS),
    { kind: 'unknown', why: 'refused' },
    'licensed',
  ],
];

for (const [name, license, verdict, expected] of STANDINGS) {
  test(`${name}: ${expected}`, () => {
    const standing = standingAfter(license, verdict, NOW, TIMES);

    assert.equal(standing.kind === 'licensed' ? 'licensed' : standing.code, expected);
  });
}

test('passes on how long to wait, and has an own idea where nobody said', () => {
  const said = standingAfter(undefined, UNKNOWN, NOW, TIMES);
  const unsaid = standingAfter(undefined, { kind: 'unknown', why: 'garbled' }, NOW, TIMES);

  assert.deepEqual(said, { kind: 'unavailable', code: 'upstream_unavailable', retryAfterMs: 45_000 });
  assert.deepEqual(unsaid, { kind: 'unavailable', code: 'upstream_unavailable', retryAfterMs: 30_000 });
});
