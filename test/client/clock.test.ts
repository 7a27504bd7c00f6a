import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../src/client/clock.ts';
import { serverTimeBy } from '../../src/client/record.ts';
import { DAY, HOUR, MINUTE, NOW, recordWith } from './fixtures.ts';

/** A device whose clock and running time are set by hand. */
function createDevice() {
  const device = { shows: NOW, uptime: 0 };
  const clock = createClock(
    () => device.shows,
    () => device.uptime,
  );
  return Object.assign(device, { clock });
}

test('shows the device’s time until the server has said its own', () => {
  assert.equal(createDevice().clock.now(), NOW);
});

for (const wrongMs of [-50_000, 50_000, -DAY, DAY, -3650 * DAY, 3650 * DAY]) {
  test(`shows the server’s time on a device whose clock is ${wrongMs / 1000} s off`, () => {
    const device = createDevice();
    device.shows = NOW + wrongMs;

    device.clock.follow(recordWith({ offsetMs: -wrongMs }));

    assert.equal(device.clock.now(), NOW);
    assert.equal(device.clock.device(), NOW + wrongMs);
    assert.equal(serverTimeBy(recordWith({ offsetMs: -wrongMs }), device.shows), NOW);
  });
}

test('goes on as the page does while somebody turns the clock back', () => {
  const device = createDevice();
  device.clock.now();

  device.shows -= 3 * DAY;
  device.uptime += HOUR;
  const afterAnHour = device.clock.now();
  device.shows += MINUTE;
  device.uptime += MINUTE;

  assert.equal(afterAnHour, NOW + HOUR);
  assert.equal(device.clock.now(), NOW + HOUR + MINUTE);
});

test('goes on with the clock while the machine sleeps and no running time is counted', () => {
  const device = createDevice();
  device.clock.now();

  device.shows += 8 * DAY;

  assert.equal(device.clock.now(), NOW + 8 * DAY);
});

test('goes on from the latest time noted where the clock shows a little less', () => {
  const device = createDevice();

  device.clock.follow(recordWith({ offsetMs: 0, seenAt: NOW + 5 * MINUTE }));
  device.uptime += MINUTE;

  assert.equal(device.clock.now(), NOW + 6 * MINUTE);
});

test('leaves a time that a wrong clock had shown with the next statement of the server, not before', () => {
  const device = createDevice();
  device.clock.follow(recordWith({ offsetMs: 0 }));
  device.shows += 3650 * DAY;
  device.clock.now();
  device.shows = NOW + HOUR;

  device.clock.follow(recordWith({ offsetMs: 0 }));
  const before = device.clock.now();
  device.clock.follow(recordWith({ offsetMs: 0, confirmedAt: NOW + HOUR }));

  assert.equal(before, NOW + 3650 * DAY);
  assert.equal(device.clock.now(), NOW + HOUR);
});
