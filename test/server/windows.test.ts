// The table behind the rate limits, where many clients come.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWindows } from '../../src/server/windows.ts';

const clients = (many: number, name: string) =>
  Array.from({ length: many }, (_, number) => `${name}-${number}`);

test('counts 20,000 clients apart', () => {
  const windows = createWindows(60_000);
  const all = clients(20_000, 'client');
  for (const client of all) windows.count(client, 1_000);

  const counts = all.map((client) => windows.count(client, 2_000).count);

  assert.ok(counts.filter((count) => count === 2).length > 19_980);
  assert.equal(counts.filter((count) => count > 2).length, 0);
});

test('a flood displaces the windows that began first, and never makes a client wait that has not asked', () => {
  const windows = createWindows(60_000);
  for (const client of clients(500_000, 'flood')) windows.count(client, 1_000);

  const counts = clients(1_000, 'buyer').map((client) => windows.count(client, 2_000).count);
  const again = clients(1_000, 'buyer').map((client) => windows.count(client, 3_000).count);

  assert.deepEqual(counts, Array(1_000).fill(1));
  assert.deepEqual(again, Array(1_000).fill(2));
});
