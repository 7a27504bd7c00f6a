import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { graceEnd, isRecheckDue } from '../../src/client/policy.ts';
import { boundBy, licenseOf, parseRecord } from '../../src/client/record.ts';
import { DAY, KEY, NOW, claimsWith, recordWith, refusedRecord } from './fixtures.ts';

const DEFAULTS = { graceMs: 7 * DAY, recheckMs: DAY };

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
