import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeeper } from '../../src/client/keeper.ts';
import { readSettings, recordSlot, type Settings } from '../../src/client/settings.ts';
import { NOW, recordWith } from './fixtures.ts';
import { createTestStorage } from './world.ts';

const settings = readSettings({ server: 'https://licenses.example.com' }) as Settings;
const slot = recordSlot(settings);

test('a look at the clock does not bring back what another tab has removed, where only the mirror has that yet', async () => {
  const { values, ...database } = createTestStorage();
  const removal = { removed: true, seenAt: NOW + 1 };
  const storage = { ...database, peek: () => removal };
  values.set(slot, recordWith());
  const environment = { storage, randomUUID: () => 'device' } as never;
  const keeper = createKeeper(slot, settings, undefined, environment, () => {});

  keeper.note(recordWith({ seenAt: NOW + 2 }), NOW);
  await keeper.settled();

  assert.deepEqual(values.get(slot), removal);
});

test('a look at the clock is stored with the confirmation that it belongs to', async () => {
  const storage = createTestStorage();
  storage.values.set(slot, recordWith());
  const keeper = createKeeper(slot, settings, undefined, { storage } as never, () => {});

  keeper.note(recordWith({ seenAt: NOW + 2 }), NOW);
  await keeper.settled();

  assert.deepEqual(storage.values.get(slot), recordWith({ seenAt: NOW + 2 }));
});
