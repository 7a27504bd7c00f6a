import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBrowserStorage, createHostStorage, type HostStorage } from '../../src/client/storage.ts';
import { guideDeviceId } from '../../src/client/guide-device-id.ts';

// What browsers do with IndexedDB and localStorage is tested in a browser: storage.browser.test.ts.

test('keeps values in memory where there is nothing else, and says so after the first change', async () => {
  const storage = createBrowserStorage();

  assert.deepEqual(await storage.change('record', () => ({ some: 'value' })), { some: 'value' });

  assert.equal(storage.mode, 'memory');
  assert.deepEqual(storage.peek('record'), { some: 'value' });
  assert.deepEqual(await storage.change('record', (old) => old), { some: 'value' });
});

test('takes over what it was given at the same moment', async () => {
  const storage = createBrowserStorage();

  const ids = await Promise.all(['a', 'b', 'c'].map((id) => storage.change('device-id', (old) => old ?? id)));

  assert.deepEqual(ids, ['a', 'a', 'a']);
});

test('asks nothing of a browser that cannot be asked to keep it', () => {
  assert.doesNotThrow(() => createBrowserStorage().persist?.());
});

test('keeps everything with a host, one change after another', async () => {
  const values = new Map<string, unknown>();
  const storage = createHostStorage({
    get: async (name) => values.get(name),
    set: async (name, value) => void values.set(name, value),
  });

  const counts = await Promise.all([1, 2, 3].map(() => storage.change('n', (old) => Number(old ?? 0) + 1)));

  assert.deepEqual(counts, [1, 2, 3]);
  assert.equal(storage.mode, 'host');
  assert.equal(storage.peek('n'), undefined);
});

test('takes a Map for a host', async () => {
  const map = createHostStorage(new Map([['record', 1]]));

  assert.equal(await map.change('record', (old) => Number(old) + 1), 2);
});

test('is one storage for all that name the same host', async () => {
  const host = { get: async () => undefined, set: async () => {} };

  assert.equal(createHostStorage(host), createHostStorage(host));
});

const BROKEN_HOSTS: Readonly<Record<string, HostStorage>> = {
  throws: { get: () => assert.fail('disk gone'), set: () => {} },
  rejects: { get: async () => undefined, set: async () => assert.fail('disk full') },
  hangs: { get: () => new Promise(() => {}), set: () => {} },
};

for (const [what, host] of Object.entries(BROKEN_HOSTS)) {
  test(`keeps things itself where a host ${what}, and says so`, async () => {
    const storage = createHostStorage(host);

    assert.equal(await storage.change('n', (old) => old ?? 'kept'), 'kept');

    assert.equal(storage.mode, 'memory');
    assert.equal(await storage.change('n', (old) => old), 'kept');
    assert.equal(storage.peek('n'), 'kept');
  });
}

test('finds no device id of the guide’s web sample where it never ran', () => {
  assert.equal(guideDeviceId(), undefined);
});
