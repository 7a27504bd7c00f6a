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

const LATER = 60_000;
const statements = {
  confirmation: recordWith({ confirmedAt: NOW + LATER, seenAt: NOW + LATER }),
  refusal: recordWith({ seenAt: NOW + LATER, refusal: { code: 'license_revoked', message: '' } }),
  removal: { removed: true, seenAt: NOW + LATER },
};

for (const [what, statement] of Object.entries(statements)) {
  // Another tab has noted the time a moment after the statement, and had not heard of it.
  const noted = recordWith({ seenAt: NOW + LATER + 1 });

  test(`a look at the clock that only the mirror has does not undo a later ${what}, as it is read`, async () => {
    const { values, ...database } = createTestStorage();
    values.set(slot, statement);
    const storage = { ...database, peek: () => noted };
    const keeper = createKeeper(slot, settings, undefined, { storage } as never, () => {});

    await keeper.read();

    assert.deepEqual(values.get(slot), statement);
  });

  test(`a look at the clock that only the mirror has does not undo a later ${what}, as another is noted`, async () => {
    const { values, ...database } = createTestStorage();
    values.set(slot, statement);
    const storage = { ...database, peek: () => noted };
    const keeper = createKeeper(slot, settings, undefined, { storage } as never, () => {});

    keeper.note(recordWith({ seenAt: NOW + LATER + 2 }), NOW);
    await keeper.settled();

    assert.deepEqual(values.get(slot), statement);
  });

  test(`a later ${what} that only the mirror has counts more than a look at the clock`, async () => {
    const { values, ...database } = createTestStorage();
    values.set(slot, noted);
    const storage = { ...database, peek: () => statement };
    const keeper = createKeeper(slot, settings, undefined, { storage } as never, () => {});

    await keeper.read();

    assert.deepEqual(values.get(slot), statement);
  });
}
