import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isWaitOver, retryDelay } from '../../src/client/waiting.ts';
import { DAY, HOUR, NOW } from './fixtures.ts';

test('waits for what the server asks, from a second to five minutes, and by up to a quarter longer', () => {
  assert.equal(retryDelay(1, 45, 0), 45_000);
  assert.equal(retryDelay(9, 45, 1), 56_250);
  assert.equal(retryDelay(1, 0, 0), 1000);
  assert.equal(retryDelay(1, -5, 0), 1000);
  assert.equal(retryDelay(1, 1e12, 0), 300_000);
});

test('backs off from half a minute to an hour where the server asks for nothing', () => {
  assert.equal(retryDelay(1, undefined, 0), 30_000);
  assert.equal(retryDelay(2, undefined, 1), 75_000);
  assert.equal(retryDelay(1000, undefined, 0), HOUR);
});

test('ends a wait when it is over, or when its end lies too far away to be right', () => {
  assert.equal(isWaitOver(NOW + 1, NOW), false);
  assert.equal(isWaitOver(NOW, NOW), true);
  assert.equal(isWaitOver(NOW + 1.25 * HOUR, NOW), false);
  assert.equal(isWaitOver(NOW + 3650 * DAY, NOW), true);
});
