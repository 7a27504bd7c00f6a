import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivateRequest, DeactivateRequest, StatusRequest } from '../../src/protocol/index.ts';

const licenseKey = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
const deviceId = 'd0d0d0d0-0000-4000-8000-000000000001';
const full = {
  licenseKey,
  deviceId,
  product: '/my-tool',
  deviceLabel: 'Firefox on Linux',
  replaceDevice: 'h1',
};

test("takes the request of the marketplace's guide: a key and a device id", () => {
  assert.deepEqual(ActivateRequest.parse({ licenseKey, deviceId }), { licenseKey, deviceId });
  assert.deepEqual(DeactivateRequest.parse({ licenseKey, deviceId }), { licenseKey, deviceId });
  assert.deepEqual(StatusRequest.parse({ licenseKey }), { licenseKey });
});

test('takes the additions, and leaves out what it does not know', () => {
  assert.deepEqual(ActivateRequest.parse({ ...full, admin: true }), full);
});

test('reads a release by handle, also where a device id comes with it', () => {
  assert.deepEqual(DeactivateRequest.parse({ licenseKey, device: 'h1', deviceId }), {
    licenseKey,
    device: 'h1',
  });
});

const NOT_TEXT = [undefined, null, '', 0, 1, true, [], [licenseKey], {}, { length: 1 }, NaN];
const BAD_TEXT = ['with\0NUL', '\ud800 lone surrogate', 'x'.repeat(5000)];

for (const value of [...NOT_TEXT, ...BAD_TEXT]) {
  const shown = value === undefined ? 'undefined' : JSON.stringify(value).slice(0, 30);

  test(`refuses ${shown} as key or device id`, () => {
    assert.equal(ActivateRequest.safeParse({ ...full, licenseKey: value }).success, false);
    assert.equal(ActivateRequest.safeParse({ ...full, deviceId: value }).success, false);
    assert.equal(DeactivateRequest.safeParse({ licenseKey, deviceId: value }).success, false);
    assert.equal(StatusRequest.safeParse({ licenseKey: value }).success, false);
  });
}

for (const body of [undefined, null, [], 'x', 1, true, [[[[[]]]]]]) {
  test(`refuses the body ${JSON.stringify(body)}`, () => {
    assert.equal(ActivateRequest.safeParse(body).success, false);
    assert.equal(DeactivateRequest.safeParse(body).success, false);
    assert.equal(StatusRequest.safeParse(body).success, false);
  });
}

test('never refuses an activation over its label, and keeps what no database holds out of it', () => {
  for (const deviceLabel of [1, null, {}, ['x'], 'a\0b', '\ud800'])
    assert.equal(ActivateRequest.parse({ ...full, deviceLabel }).deviceLabel, '');
});

test('changes no prototype', () => {
  const body: unknown = JSON.parse(
    `{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"licenseKey":"${licenseKey}","deviceId":"d"}`,
  );

  const read = ActivateRequest.parse(body);

  assert.deepEqual(Object.keys(read), ['licenseKey', 'deviceId']);
  assert.equal((read as { polluted?: unknown }).polluted, undefined);
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});
