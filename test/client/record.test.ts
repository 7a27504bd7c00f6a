import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { graceEnd, isRecheckDue } from '../../src/client/policy.ts';
import { boundBy, licenseOf, parseRecord, recordOf } from '../../src/client/record.ts';
import { DAY, HOUR, KEY, NOW, recordWith, refusedRecord } from './fixtures.ts';

const DEFAULTS = { graceMs: 7 * DAY, recheckMs: DAY };
const IAT = NOW / 1000;
const claimsWith = (more: object = {}) => ({
  aud: 'my-tool',
  sub: 'license-1',
  dev: 'h1',
  iat: IAT,
  exp: IAT + 86_400,
  grace_until: IAT + 7 * 86_400,
  ...more,
});

test('reads back what it has stored, in IndexedDB and as JSON', () => {
  for (const record of [
    recordWith({ variant: 'Windows', maxDevices: 'unlimited', lease: 'a.b.c' }),
    refusedRecord(),
  ]) {
    assert.deepEqual(parseRecord(structuredClone(record)), record);
    assert.deepEqual(parseRecord(JSON.parse(JSON.stringify(record))), record);
  }
});

const GARBAGE: Record<string, unknown> = {
  nothing: undefined,
  null: null,
  'a string': 'unlocked',
  'a list': [recordWith()],
  'an empty object': {},
  'another version': { ...recordWith(), version: 2 },
  'a record without a key': { ...recordWith(), licenseKey: undefined },
  'a time that is text': { ...recordWith(), confirmedAt: '2026' },
  'a time that is no number': { ...recordWith(), seenAt: NaN },
  'an endless grace': { ...recordWith(), graceMs: Infinity },
  'inherited fields': Object.create(recordWith()) as unknown,
};

for (const [what, value] of Object.entries(GARBAGE)) {
  test(`counts ${what} as absent`, () => {
    assert.equal(parseRecord(value), undefined);
  });
}

test('counts anything at all as absent that is no record, and never throws', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => parseRecord(value) === undefined),
    { numRuns: 500 },
  );
});

for (const refusal of [
  null,
  true,
  'revoked',
  {},
  { code: 'license_suspended', message: 'x' },
  { code: 'license_revoked' },
]) {
  test(`takes the refusal ${JSON.stringify(refusal)} for a refusal although it cannot be read`, () => {
    assert.equal(parseRecord({ ...recordWith(), refusal })?.refusal?.code, 'license_revoked');
  });
}

test('shows the license, its key only masked', () => {
  const license = licenseOf(recordWith({ productName: 'My Tool', devicesUsed: 1, maxDevices: 5 }));

  assert.deepEqual(license, {
    licenseName: 'Team License',
    productName: 'My Tool',
    devicesUsed: 1,
    maxDevices: 5,
    maskedKey: 'a1b2••••7890',
  });
  assert.equal(JSON.stringify(license).includes(KEY), false);
});

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

test('is bound by what was signed, whatever was written into the browser’s storage', () => {
  const edited = recordWith({
    licenseName: 'Company License',
    confirmedAt: NOW + 300 * DAY,
    graceMs: 9999 * DAY,
    recheckMs: 9999 * DAY,
  });

  const record = boundBy(edited, claimsWith({ tier: 'Standard License' }), DEFAULTS);

  assert.equal(record.licenseName, 'Standard License');
  assert.equal(graceEnd(record), NOW + DAY + 7 * DAY);
  assert.equal(isRecheckDue(record, edited.confirmedAt), true);
});

test('takes nothing from a device whose clock is a day ahead or years behind', () => {
  for (const confirmedAt of [NOW, NOW + DAY, NOW - DAY, NOW - 3650 * DAY])
    assert.equal(
      graceEnd(boundBy(recordWith({ confirmedAt }), claimsWith(), DEFAULTS)),
      confirmedAt + 7 * DAY,
    );
});

test("takes the host's grace where the lease names none", () => {
  const record = boundBy(
    recordWith({ graceMs: 9999 * DAY }),
    claimsWith({ grace_until: undefined }),
    DEFAULTS,
  );

  assert.equal(record.graceMs, 7 * DAY);
});
