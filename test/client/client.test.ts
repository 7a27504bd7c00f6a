import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createHostStorage,
  createLicenseClient,
  type LicenseSnapshot,
  type LicenseStorage,
} from '../../src/client/index.ts';
import { DAY, HOUR, KEY, MINUTE, OTHER_KEY } from './fixtures.ts';
import { confirmation, createWorld, refusal, rest, unreachable, until } from './world.ts';

// Activating

test('activates with a pasted key, under this device’s own id and a name for lists', async (t) => {
  const world = createWorld(t);
  const client = world.open({ product: '/my-tool' });

  const outcome = await client.activate(` {${KEY.toUpperCase()}}\n`);

  assert.equal(outcome.ok && outcome.license?.licenseName, 'Team License');
  assert.equal(client.snapshot.access, 'unlocked');
  const { path, body } = world.calls[0]!;
  assert.equal(path, '/activate');
  assert.match(body['deviceId'] ?? '', /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    { ...body, deviceId: '' },
    { licenseKey: KEY, deviceId: '', deviceLabel: 'Firefox on Linux', product: 'my-tool' },
  );
});

test('makes one request of ten activations at once', async (t) => {
  const world = createWorld(t);
  const client = world.open();

  const outcomes = await Promise.all(Array.from({ length: 10 }, () => client.activate(KEY)));

  assert.equal(world.calls.length, 1);
  assert.deepEqual(new Set(outcomes.map(({ ok }) => ok)), new Set([true]));
});

test('tells of a refusal as an outcome, with the server’s own words', async (t) => {
  const world = createWorld(t);
  world.answer = () => refusal(403, 'license_invalid', { error: 'Invalid license key' });
  const client = world.open();

  const outcome = await client.activate(KEY);

  assert.deepEqual(!outcome.ok && [outcome.code, outcome.message], [
    'license_invalid',
    'Invalid license key',
  ]);
  assert.equal(client.snapshot.reason, 'license_invalid');
});

test('refuses text that holds no key without asking anybody', async (t) => {
  const world = createWorld(t);
  const client = world.open();

  const outcome = await client.activate('not-a-valid-uuid');

  assert.equal(!outcome.ok && outcome.code, 'license_invalid');
  assert.equal(world.calls.length, 0);
});

test('ends a superseded activation as canceled, and aborts its request', async (t) => {
  const world = createWorld(t);
  const client = world.open();
  const late = Promise.withResolvers<Response>();
  world.answer = ({ body }) => (body['licenseKey'] === KEY ? late.promise : confirmation());

  const first = client.activate(KEY);
  await rest();
  const second = client.activate(OTHER_KEY);
  const outcomes = await Promise.all([first, second]);
  late.resolve(confirmation({ licenseName: 'Company License' }));
  await rest();

  assert.equal(!outcomes[0].ok && outcomes[0].code, 'canceled');
  assert.equal(outcomes[1].ok, true);
  assert.equal(world.calls[0]?.signal.aborted, true);
  assert.equal(client.snapshot.license?.licenseName, 'Team License');
});

test('shuts an open gate whose own key, written differently, is typed once more and refused', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.answer = () => refusal(403, 'license_revoked');

  await client.activate(`{${KEY.toUpperCase()}}`);

  assert.equal(client.snapshot.access, 'locked');
  assert.equal(client.snapshot.reason, 'license_revoked');
});

test('frees a device and takes its seat in one call', async (t) => {
  const world = createWorld(t);
  const client = world.open();
  world.answer = ({ body }) =>
    body['replaceDevice'] === 'h1'
      ? confirmation()
      : refusal(403, 'seat_limit_reached', { maxDevices: 1, devices: [{ handle: 'h1', label: 'Phone' }] });
  await client.activate(KEY);
  assert.deepEqual(client.snapshot.devices, [{ handle: 'h1', label: 'Phone' }]);

  const outcome = await client.releaseDevice('h1');

  assert.equal(outcome.ok, true);
  assert.equal(client.snapshot.open, true);
  assert.deepEqual(
    world.calls.map(({ path }) => path),
    ['/activate', '/activate'],
  );
});

test('says that there is nothing to check, deactivate or release before a key was activated', async (t) => {
  const world = createWorld(t);
  const client = world.open();

  const outcomes = [await client.check(), await client.deactivate(), await client.releaseDevice('h1')];

  assert.deepEqual(
    outcomes.map((outcome) => !outcome.ok && outcome.code),
    Array(3).fill('license_invalid'),
  );
  assert.equal(world.calls.length, 0);
});

// Starting

test('opens at the first instant from the mirrored record, with no request', async (t) => {
  const world = createWorld(t);
  (await world.openLicensed()).close();
  world.now += 23 * HOUR;

  const client = world.open();

  assert.equal(client.snapshot.access, 'unlocked');
  await rest();
  assert.equal(world.calls.length, 0);
});

test('opens from a storage that cannot be looked into at once, and is never shown locked before', async (t) => {
  const world = createWorld(t);
  const storage = createHostStorage(new Map());
  (await world.openLicensed({}, { storage })).close();

  const client = world.open({}, { storage });
  const accesses: string[] = [];
  client.subscribe((now) => accesses.push(now.access));
  const snapshot = await client.ready;

  assert.equal(snapshot.access, 'unlocked');
  assert.deepEqual(accesses, ['unknown', 'unlocked']);
  assert.equal(snapshot.storageMode, 'host');
});

test('is never shown open where nothing was activated', async (t) => {
  const world = createWorld(t);
  const client = world.open();
  const opens: boolean[] = [];
  client.subscribe((now) => opens.push(now.open));

  await client.ready;

  assert.deepEqual(new Set(opens), new Set([false]));
  assert.equal(client.snapshot.access, 'locked');
});

test('restores offline what was open, and says until when', async (t) => {
  const world = createWorld(t);
  (await world.openLicensed()).close();
  world.answer = unreachable;
  world.now += 2 * DAY;

  const client = world.open();
  await rest();

  assert.equal(client.snapshot.access, 'grace');
  assert.equal(client.snapshot.graceEndsAt?.getTime(), world.now + 5 * DAY);
});

test('counts a record that cannot be read as absent', async (t) => {
  const world = createWorld(t);
  (await world.openLicensed()).close();
  for (const [name, value] of world.storage.values)
    if (name.startsWith('record')) world.storage.values.set(name, { ...(value as object), version: 2 });

  const client = world.open();
  await client.ready;

  assert.equal(client.snapshot.access, 'locked');
});

// Time

test('asks again after a day', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();

  world.now += DAY - MINUTE;
  client.wake();
  await rest();
  assert.equal(world.calls.length, 0);

  world.now += MINUTE;
  client.wake();
  await rest();
  assert.equal(world.calls.length, 1);
  assert.equal(client.snapshot.access, 'unlocked');
});

test('stays open for 6 days and 23 hours without the server, and locks after 7 days', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.answer = unreachable;

  world.now += 6 * DAY + 23 * HOUR;
  client.wake();
  await rest();
  assert.equal(client.snapshot.access, 'grace');
  assert.equal(world.open().snapshot.open, true);

  world.now += HOUR + MINUTE;
  client.wake();
  await rest();
  assert.equal(client.snapshot.access, 'locked');
  assert.equal(client.snapshot.reason, 'grace_expired');
  const restarted = await world.open().ready;
  assert.equal(restarted.access, 'locked');
});

test('opens again without the key once the server is back', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.answer = unreachable;
  world.now += 8 * DAY;
  client.wake();
  await rest();
  assert.equal(client.snapshot.access, 'locked');

  world.answer = () => confirmation();
  client.wake('online');
  await rest();

  assert.equal(client.snapshot.access, 'unlocked');
  assert.equal(world.calls.at(-1)?.body['licenseKey'], KEY);
});

test('locks when the server says at a check that the license was refunded, and stays locked after a restart', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.answer = () => Response.json({ error: 'Invalid license key' }, { status: 403 });
  world.now += DAY;

  client.wake();
  await rest();
  const restarted = world.open();
  world.answer = unreachable;
  const { reason } = await restarted.ready;

  assert.equal(client.snapshot.reason, 'license_revoked');
  assert.equal(reason, 'license_revoked');
});

for (const years of [-10, 10]) {
  test(`never shuts under a clock ${years} years off while the server answers`, async (t) => {
    const world = createWorld(t);
    const client = await world.openLicensed();
    const shut: LicenseSnapshot[] = [];
    client.subscribe((now) => now.open || shut.push(now));

    world.now += years * 365 * DAY;
    client.wake();
    await rest();
    const restarted = world.open();
    await restarted.ready;
    await rest();

    assert.deepEqual(shut, []);
    assert.equal(restarted.snapshot.access, 'unlocked');
    assert.equal(world.calls.length, 1);
  });
}

test('asks before it shows anything when a page comes back whole after eight days', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.now += 8 * DAY;

  client.wake('resumed');
  assert.equal(client.snapshot.access, 'unknown');
  await rest();

  assert.equal(client.snapshot.access, 'unlocked');
  assert.equal(world.calls.length, 1);
});

test('waits as long as the server asks for before it asks again', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.now += DAY;
  world.answer = () => Response.json({ valid: false }, { status: 429, headers: { 'retry-after': '200' } });
  client.wake();
  await rest();
  assert.equal(client.snapshot.access, 'grace');

  world.now += 199_000;
  client.wake('online');
  await rest();
  assert.equal(world.calls.length, 1);
  world.now += 1000;
  client.wake();
  await rest();
  assert.equal(world.calls.length, 2);
});

// Deactivating

test('gives the seat back and forgets the key', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.answer = () => Response.json({ deactivated: true });

  const outcome = await client.deactivate();
  await rest();

  assert.equal(outcome.ok, true);
  assert.deepEqual(
    world.calls.map(({ path }) => path),
    ['/deactivate'],
  );
  assert.equal(client.snapshot.access, 'locked');
  assert.equal(JSON.stringify([...world.storage.values]).includes(KEY), false);
  assert.equal((await world.open().ready).access, 'locked');
});

test('stays open when the seat cannot be given back', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.answer = unreachable;

  const outcome = await client.deactivate();

  assert.equal(!outcome.ok && outcome.code, 'network_error');
  assert.equal(client.snapshot.open, true);
});

test('deactivates although a check is on its way', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  const late = Promise.withResolvers<Response>();
  world.answer = ({ path }) => (path === '/activate' ? late.promise : Response.json({ deactivated: true }));

  const checking = client.check();
  await rest();
  const outcome = await client.deactivate();
  late.resolve(confirmation());
  await rest();

  assert.equal(outcome.ok, true);
  assert.equal((await checking).ok, false);
  assert.equal(client.snapshot.access, 'locked');
});

// Storage that fails

test('stays open, keeps its device and stores everything again when the storage was cleared under it', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  const before = new Map(world.storage.values);
  world.storage.values.clear();
  world.now += DAY;

  client.wake('visible');
  await rest();

  assert.equal(client.snapshot.access, 'unlocked');
  assert.deepEqual([...world.storage.values.keys()].toSorted(), [...before.keys()].toSorted());
  assert.equal(world.storage.values.get('device-id'), before.get('device-id'));
  assert.equal(world.calls[0]?.body['deviceId'], before.get('device-id'));
});

test('stays open when nothing can be stored or read any more', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.storage.change = () => Promise.reject(new Error('gone'));
  world.now += DAY;

  client.wake('visible');
  await rest();

  assert.equal(client.snapshot.open, true);
});

test('keeps the license with the host, and finds it there again', async (t) => {
  const world = createWorld(t);
  const values = new Map<string, unknown>();
  const host = { get: async (name: string) => values.get(name), set: values.set.bind(values) };
  const environment = { storage: createHostStorage(host) };
  (await world.openLicensed({ deviceId: 'machine-1' }, environment)).close();

  const { open, storageMode } = await world.open({ deviceId: 'machine-1' }, environment).ready;

  assert.equal(open, true);
  assert.equal(storageMode, 'host');
  assert.equal(world.calls.length, 0);
  assert.equal([...values.keys()].length, 1);
});

test('takes a host’s storage as an option', async (t) => {
  const world = createWorld(t);
  const storage = new Map<string, unknown>();
  const client = createLicenseClient(
    { server: world.server, storage },
    { fetch: async () => confirmation(), uptime: () => 0 },
  );
  t.after(() => client.close());

  await client.activate(KEY);
  await rest();

  assert.equal(client.snapshot.storageMode, 'host');
  assert.equal(storage.size, 2);
});

test('activates also where a host’s storage fails, and says that nothing is kept', async (t) => {
  const world = createWorld(t);
  const storage = createHostStorage({
    get: () => undefined,
    set: () => Promise.reject(new Error('disk full')),
  });
  const client = world.open({}, { storage });
  await client.ready;
  const before = client.snapshot.storageMode;

  const outcome = await client.activate(KEY);

  assert.equal(before, 'memory');
  assert.equal(outcome.ok, true);
});

test('says so when a storage cannot name the device, and asks nobody', async (t) => {
  const world = createWorld(t);
  const storage: LicenseStorage = {
    mode: 'host',
    peek: () => undefined,
    change: () => Promise.reject(new Error('disk full')),
  };
  const client = world.open({}, { storage });

  const outcome = await client.activate(KEY);

  assert.equal(!outcome.ok && outcome.code, 'storage_unavailable');
  assert.equal(world.calls.length, 0);
});

test('uses the device id that the host gives, also offline', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed({ deviceId: 'user-17@laptop' });

  await client.check();

  assert.equal(world.calls[0]?.body['deviceId'], 'user-17@laptop');
});

test('asks the browser to keep what is stored, once, after an activation', async (t) => {
  const world = createWorld(t);
  let asked = 0;
  const client = world.open({}, { storage: { ...world.storage, persist: () => void asked++ } });
  await client.ready;
  assert.equal(asked, 0);

  await client.activate(KEY);
  await client.check();

  assert.equal(asked, 1);
});

// Subscribers

test('calls a listener back at once, then on every change, until it is stopped', async (t) => {
  const world = createWorld(t);
  const client = world.open();
  const heard: string[] = [];
  const stop = client.subscribe((now, before, cause) =>
    heard.push(`${cause}: ${before.access} → ${now.access}`),
  );

  await client.activate(KEY);
  stop();
  stop();
  world.answer = () => Response.json({ deactivated: true });
  await client.deactivate();

  assert.deepEqual(heard, [
    'started: unknown → unknown',
    'activate: unknown → unknown',
    'restored: unknown → locked',
    'confirmed: locked → unlocked',
  ]);
});

test('is not kept from its work by a listener that throws', async (t) => {
  const world = createWorld(t);
  const client = world.open();
  const thrown: unknown[] = [];
  const onError = (error: unknown) => thrown.push(error);
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException').on('uncaughtException', onError);
  t.after(() => {
    process.removeListener('uncaughtException', onError);
    others.forEach((listener) => process.on('uncaughtException', listener));
  });
  client.subscribe((now) => {
    if (now.open) throw new Error("the host's mistake");
  });
  let isHeard = false;
  client.subscribe((now) => (isHeard = now.open));

  const outcome = await client.activate(KEY);
  await rest();
  await new Promise((resolve) => setTimeout(resolve, 5));

  assert.equal(outcome.ok, true);
  assert.equal(isHeard, true);
  assert.match(String(thrown[0]), /the host's mistake/);
  assert.equal(world.open().snapshot.open, true);
});

test('hears nothing of changes that nobody could notice', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  await rest();
  let changes = -1; // the call at once
  client.subscribe(() => changes++);

  for (let hour = 0; hour < 20; hour++) {
    world.now += HOUR;
    client.wake();
  }
  await rest();

  assert.equal(changes, 0);
});

// Tabs

test('opens and locks with the other tabs', async (t) => {
  const world = createWorld(t);
  const one = world.open();
  const other = world.open();
  await Promise.all([one.ready, other.ready]);

  await one.activate(KEY);
  await until(() => other.snapshot.open);
  world.answer = () => Response.json({ deactivated: true });
  await other.deactivate();
  await until(() => !one.snapshot.open);

  assert.equal(one.snapshot.access, 'locked');
});

test('asks once per interval for all tabs', async (t) => {
  const world = createWorld(t);
  await world.openLicensed();
  const tabs = Array.from({ length: 10 }, () => world.open());
  await rest();
  world.now += DAY;

  for (const tab of tabs) tab.wake();
  await until(() => tabs.every(({ snapshot }) => snapshot.activity === 'idle'));

  assert.equal(world.calls.length, 1);
  assert.deepEqual(new Set(tabs.map(({ snapshot }) => snapshot.access)), new Set(['unlocked']));
});

test('makes one device of ten tabs that start together', async (t) => {
  const world = createWorld(t);
  const tabs = Array.from({ length: 10 }, () => world.open());

  await Promise.all(tabs.map((tab) => tab.activate(KEY)));

  assert.equal(new Set(world.calls.map(({ body }) => body['deviceId'])).size, 1);
});

test('finds out at its return what other tabs did while it was frozen', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  for (const name of world.storage.values.keys())
    if (name.startsWith('record')) world.storage.values.set(name, { removed: true, seenAt: world.now });

  client.wake('resumed');
  await rest();

  assert.equal(client.snapshot.access, 'locked');
  assert.equal(world.calls.length, 0);
});

test('keeps the licenses of two products apart', async (t) => {
  const world = createWorld(t);
  await world.openLicensed({ product: 'my-tool' });

  const { access } = await world.open({ product: 'my-game' }).ready;

  assert.equal(access, 'locked');
});

test('keeps a record that was stored where the other place could not be written', async (t) => {
  const world = createWorld(t);
  (await world.openLicensed()).close();
  const name = [...world.storage.values.keys()].find((key) => key.startsWith('record'))!;
  const stored = world.storage.values.get(name) as { seenAt: number };
  const mirror = { ...stored, licenseName: 'Company License', seenAt: stored.seenAt + 1 };

  const client = world.open({}, { storage: { ...world.storage, peek: () => mirror } });
  await rest();

  assert.equal(client.snapshot.license?.licenseName, 'Company License');
  assert.deepEqual(world.storage.values.get(name), mirror);
});

// Closing

test('aborts its request when it is closed, and ends every promise as canceled', async (t) => {
  const world = createWorld(t);
  const client = world.open();
  world.answer = () => new Promise(() => {});
  const pending = client.activate(KEY);
  await rest();

  client.close();
  client.close();
  const outcomes = [await pending, await client.activate(KEY), await client.check()];

  assert.equal(world.calls[0]?.signal.aborted, true);
  assert.deepEqual(
    outcomes.map((outcome) => !outcome.ok && outcome.code),
    ['canceled', 'canceled', 'canceled'],
  );
  assert.equal(world.calls.length, 1);
});

test('leaves no timer and no handle behind when it is closed', async (t) => {
  const world = createWorld(t);
  const before = handles();
  const client = await world.openLicensed();
  await client.check();

  client.close();
  await rest();

  assert.deepEqual(handles(), before);
});

test('changes nothing any more once it is closed', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  let changes = 0;
  client.subscribe(() => changes++);
  changes = 0;

  client.close();
  world.now += 9 * DAY;
  client.wake('resumed');
  await rest();

  assert.equal(changes, 0);
  assert.equal(client.snapshot.open, true);
});

test('grows by less than a megabyte over a thousand clients that come and go', async (t) => {
  const world = createWorld(t);
  (await world.openLicensed()).close();
  const cycle = async () => {
    const client = createLicenseClient(
      { server: world.server },
      { storage: world.storage, now: () => world.now },
    );
    client.subscribe(() => {});
    await client.ready;
    client.close();
  };
  for (let warm = 0; warm < 300; warm++) await cycle();
  const before = await heapSize();

  for (let again = 0; again < 1000; again++) await cycle();

  assert.ok((await heapSize()) - before < 1_000_000);
});

// Set up wrongly

test('is locked and says what to change where the host is set up wrongly', async () => {
  const client = createLicenseClient({ server: '' });
  const heard: (string | undefined)[] = [];
  client.subscribe((now) => heard.push(now.reason));

  const outcomes = [await client.activate(KEY), await client.check(), await client.deactivate()];
  client.close();

  assert.deepEqual(heard, ['config_error']);
  assert.equal((await client.ready).access, 'locked');
  assert.deepEqual(
    outcomes.map((outcome) => !outcome.ok && outcome.code),
    Array(3).fill('config_error'),
  );
});

const handles = () =>
  process
    .getActiveResourcesInfo()
    .filter((kind) => kind !== 'Immediate')
    .toSorted();

async function heapSize(): Promise<number> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) {
    await rest(5);
    collect();
  }
  return process.memoryUsage().heapUsed;
}
