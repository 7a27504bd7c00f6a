import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivateAnswer, RefusalAnswer, StatusAnswer } from '../../src/protocol/index.ts';

test("understands the marketplace guide's own answers", () => {
  assert.deepEqual(ActivateAnswer({ activated: true, licenseName: 'Team License' }), {
    activated: true,
    licenseName: 'Team License',
  });
  assert.deepEqual(StatusAnswer({ activated: false }), { activated: false });
  assert.deepEqual(
    StatusAnswer({
      activated: true,
      licenseName: 'Company License',
      devicesUsed: 7,
      maxDevices: 'unlimited',
    }),
    { activated: true, licenseName: 'Company License', devicesUsed: 7, maxDevices: 'unlimited' },
  );
  assert.deepEqual(RefusalAnswer({ error: 'Invalid license key' }), { error: 'Invalid license key' });
});

const NO_ACTIVATION = [
  undefined,
  null,
  true,
  1,
  'true',
  [],
  {},
  { activated: false },
  { activated: 'true' },
  { activated: 1 },
  { valid: true },
  { activated: null },
  [{ activated: true }],
  Object.create({ activated: true }),
];

for (const body of NO_ACTIVATION) {
  test(`does not take ${JSON.stringify(body)} for an activation`, () => {
    assert.equal(ActivateAnswer(body), undefined);
  });
}

test('takes a wrong detail for absent, never the whole answer for wrong', () => {
  const answer = {
    activated: true,
    licenseName: 5,
    productName: { html: '<b>' },
    variant: null,
    devicesUsed: '3',
    maxDevices: -Infinity,
    lease: ['x'],
    recheckAfter: NaN,
    serverTime: 0,
  };

  assert.deepEqual(ActivateAnswer(answer), { activated: true });
});

test('reads the devices that it can, and leaves out the others', () => {
  const good = { handle: 'h1', label: 'Safari on Mac', lastSeen: '2026-11-01T00:00:00Z', thisDevice: false };

  const read = RefusalAnswer({
    devices: [good, { handle: 1, label: 'x' }, null, 'h2', { ...good, lastSeen: 5 }],
  });

  assert.deepEqual(read?.devices, [good, { handle: 'h1', label: 'Safari on Mac', thisDevice: false }]);
});

test('changes no prototype', () => {
  const body: unknown = JSON.parse('{"activated":true,"__proto__":{"polluted":1,"licenseName":"Free"}}');

  const read = ActivateAnswer(body);

  assert.deepEqual(read, { activated: true });
  assert.equal(read?.licenseName, undefined);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});
