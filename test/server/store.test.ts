// One contract for every store: what src/server/store.ts promises.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SEATS_SHOWN, type LicenseDraft, type LicenseStore, type Seat } from '../../src/server/store.ts';
import { STORES } from '../support/stores.ts';

const LICENSE: LicenseDraft = {
  id: 'license-1',
  product: 'my-tool',
  keyHash: 'hash-1',
  licenseName: 'Team License',
  productName: 'My Tool',
  variant: 'Windows',
  verifiedAt: 1000,
  invalidSince: undefined,
  revokedAt: undefined,
  bannedAt: undefined,
};

const seat = (handle: string, lastSeen: number, proofKey?: string): Seat => ({
  handle,
  label: `the ${handle}`,
  firstSeen: 1,
  lastSeen,
  proofKey,
});

const save = (store: LicenseStore, draft: LicenseDraft) =>
  store.changeLicense(draft.product, draft.keyHash, () => ({ save: draft, outcome: undefined }));

const take = (store: LicenseStore, taken: Seat) =>
  store.changeSeats('license-1', [taken.handle], () => ({ change: { take: taken }, outcome: undefined }));

async function open(
  create: () => LicenseStore | Promise<LicenseStore>,
  t: { after: (run: () => Promise<void>) => void },
) {
  const store = await create();
  t.after(() => store.close());
  await save(store, LICENSE);
  return store;
}

const fail = () => {
  throw new Error('undecided');
};

for (const [name, create] of Object.entries(STORES)) {
  describe(name, () => {
    test('finds a license by product and key, and nothing else', async (t) => {
      const store = await open(create, t);

      const found = await store.findLicense('my-tool', 'hash-1');

      assert.deepEqual(found, { ...LICENSE, devicesUsed: 0, newDevicesSince: 0, newDevices: 0 });
      assert.equal(await store.findLicense('my-tool', 'hash-2'), undefined);
      assert.equal(await store.findLicense('other-tool', 'hash-1'), undefined);
    });

    test('changes a license and keeps what belongs to its seats', async (t) => {
      const store = await open(create, t);
      await store.changeSeats('license-1', [], () => ({
        change: { take: seat('laptop', 5), counted: { newDevicesSince: 7, newDevices: 3 } },
        outcome: undefined,
      }));

      const outcome = await store.changeLicense('my-tool', 'hash-1', (license) => ({
        save: { ...LICENSE, licenseName: 'Standard License', variant: undefined, revokedAt: 9 },
        outcome: license?.licenseName,
      }));

      const changed = await store.findLicense('my-tool', 'hash-1');
      assert.equal(outcome, 'Team License');
      assert.deepEqual(changed, {
        ...LICENSE,
        licenseName: 'Standard License',
        variant: undefined,
        revokedAt: 9,
        devicesUsed: 1,
        newDevicesSince: 7,
        newDevices: 3,
      });
      assert.deepEqual(await store.findSeat('license-1', 'laptop'), seat('laptop', 5));
    });

    test('clears the marks that a draft no longer has', async (t) => {
      const store = await open(create, t);
      await save(store, { ...LICENSE, invalidSince: 5, revokedAt: 6, bannedAt: 7 });

      await save(store, LICENSE);

      const license = await store.findLicense('my-tool', 'hash-1');
      assert.deepEqual(
        [license?.invalidSince, license?.revokedAt, license?.bannedAt],
        [undefined, undefined, undefined],
      );
    });

    test('writes nothing where the decision saves nothing', async (t) => {
      const store = await open(create, t);

      const outcome = await store.changeLicense('my-tool', 'hash-2', (license) => ({
        outcome: license ?? 'none',
      }));

      assert.equal(outcome, 'none');
      assert.equal(await store.findLicense('my-tool', 'hash-2'), undefined);
    });

    test('takes and releases seats, and counts along', async (t) => {
      const store = await open(create, t);
      await take(store, seat('laptop', 1));
      await take(store, seat('phone', 2));

      await store.changeSeats('license-1', ['laptop'], () => ({
        change: { release: ['laptop', 'no-such-device'], take: seat('tablet', 3) },
        outcome: undefined,
      }));

      const license = await store.findLicense('my-tool', 'hash-1');
      const seats = await store.listSeats('license-1');
      assert.equal(license?.devicesUsed, 2);
      assert.deepEqual(seats, [seat('tablet', 3), seat('phone', 2)]);
      assert.equal(await store.findSeat('license-1', 'laptop'), undefined);
    });

    test('of changes made at once, one that fails undoes none of the others', async (t) => {
      const store = await open(create, t);

      const results = await Promise.allSettled([
        take(store, seat('laptop', 1)),
        store.changeSeats('license-1', [], fail),
        store.changeSeats('no such license', [], () => ({ outcome: undefined })),
        take(store, seat('phone', 3)),
      ]);

      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
      );
      assert.deepEqual(await store.listSeats('license-1'), [seat('phone', 3), seat('laptop', 1)]);
      assert.equal((await store.findLicense('my-tool', 'hash-1'))?.devicesUsed, 2);
    });

    test('shows a decision the license, the seats it asked for, and the longest unseen ones first', async (t) => {
      const store = await open(create, t);
      await take(store, seat('laptop', 30));
      await take(store, seat('phone', 10));
      await take(store, seat('tablet', 20));

      const view = await store.changeSeats('license-1', ['laptop', 'stranger'], (seen) => ({
        outcome: { ...seen, unseen: seen.longestUnseen() },
      }));

      assert.equal(view.license.devicesUsed, 3);
      assert.deepEqual([...view.named], [['laptop', seat('laptop', 30)]]);
      assert.deepEqual(view.unseen, [seat('phone', 10), seat('tablet', 20), seat('laptop', 30)]);
    });

    test('shows at most a hundred seats, however many there are', async (t) => {
      const store = await open(create, t);
      for (let number = 0; number < SEATS_SHOWN + 5; number += 1)
        await take(store, seat(`device-${number}`, number));

      const view = await store.changeSeats('license-1', [], (seen) => ({
        outcome: { ...seen, unseen: seen.longestUnseen() },
      }));
      const listed = await store.listSeats('license-1');

      assert.equal(view.license.devicesUsed, SEATS_SHOWN + 5);
      assert.equal(view.unseen.length, SEATS_SHOWN);
      assert.equal(view.unseen[0]?.handle, 'device-0');
      assert.equal(listed.length, SEATS_SHOWN);
      assert.equal(listed[0]?.handle, `device-${SEATS_SHOWN + 4}`);
    });

    test('a decision that fails leaves everything as it was', async (t) => {
      const store = await open(create, t);
      await assert.rejects(store.changeSeats('license-1', [], fail), /undecided/);
      await assert.rejects(store.changeLicense('my-tool', 'hash-1', fail), /undecided/);

      await take(store, seat('laptop', 1));
      assert.equal((await store.findLicense('my-tool', 'hash-1'))?.devicesUsed, 1);
    });

    test('does not change the seats of a license that is not there', async (t) => {
      const store = await open(create, t);

      await assert.rejects(store.changeSeats('license-2', [], () => ({ outcome: undefined })));
    });

    test('notes a visit of a device that has a seat, and gives none to one that has not', async (t) => {
      const store = await open(create, t);
      await take(store, seat('laptop', 1));

      await store.touchSeat('license-1', { handle: 'laptop', label: 'Chrome on Mac', lastSeen: 99 });
      await store.touchSeat('license-1', { handle: 'phone', label: 'Phone', lastSeen: 99 });

      assert.deepEqual(await store.listSeats('license-1'), [
        { handle: 'laptop', label: 'Chrome on Mac', firstSeen: 1, lastSeen: 99, proofKey: undefined },
      ]);
    });

    test('keeps the key that a seat is bound to, through visits and lists', async (t) => {
      const store = await open(create, t);
      await take(store, seat('laptop', 1, 'thumbprint'));
      await take(store, seat('phone', 2));

      await store.touchSeat('license-1', { handle: 'laptop', label: 'the laptop', lastSeen: 3 });

      const bound = seat('laptop', 3, 'thumbprint');
      assert.deepEqual(await store.findSeat('license-1', 'laptop'), bound);
      assert.deepEqual(await store.listSeats('license-1'), [bound, seat('phone', 2)]);
    });

    test('binds a seat that is there by releasing and taking it in one change', async (t) => {
      const store = await open(create, t);
      await take(store, seat('laptop', 1));
      await take(store, seat('phone', 2));

      await store.changeSeats('license-1', ['laptop'], () => ({
        change: { release: ['laptop'], take: seat('laptop', 1, 'thumbprint') },
        outcome: undefined,
      }));

      assert.equal((await store.findLicense('my-tool', 'hash-1'))?.devicesUsed, 2);
      assert.deepEqual(await store.findSeat('license-1', 'laptop'), seat('laptop', 1, 'thumbprint'));
    });

    test('keeps the seats of two licenses apart', async (t) => {
      const store = await open(create, t);
      await save(store, { ...LICENSE, id: 'license-2', keyHash: 'hash-2' });
      await take(store, seat('laptop', 1));

      assert.equal(await store.findSeat('license-2', 'laptop'), undefined);
      assert.deepEqual(await store.listSeats('license-2'), []);
    });

    test('keeps the first secret of a name', async (t) => {
      const store = await open(create, t);

      const first = await store.keepSecret('hash', 'one');
      const second = await store.keepSecret('hash', 'two');

      assert.deepEqual([first, second], ['one', 'one']);
      assert.equal(await store.keepSecret('other', 'three'), 'three');
    });

    test('finds a secret where there is one', async (t) => {
      const store = await open(create, t);
      await store.keepSecret('hash', 'one');

      assert.equal(await store.findSecret('hash'), 'one');
      assert.equal(await store.findSecret('other'), undefined);
    });

    test('changes a secret into what the decision makes of it', async (t) => {
      const store = await open(create, t);

      const made = await store.changeSecret('keys', (current) => `${current ?? 'none'}, one`);
      const changed = await store.changeSecret('keys', (current) => `${current ?? 'none'}, two`);

      assert.deepEqual([made, changed], ['none, one', 'none, one, two']);
      assert.equal(await store.findSecret('keys'), 'none, one, two');
    });

    test('loses none of the changes of a secret that come at once', async (t) => {
      const store = await open(create, t);
      const add = (word: string) => store.changeSecret('keys', (current) => `${current ?? ''}${word}`);

      await Promise.all(['a', 'b', 'c', 'd'].map(add));

      const letters = [...((await store.findSecret('keys')) ?? '')];
      assert.deepEqual(letters.toSorted(), ['a', 'b', 'c', 'd']);
    });

    test('leaves a secret as it was where the decision fails', async (t) => {
      const store = await open(create, t);
      await store.keepSecret('keys', 'one');

      await assert.rejects(store.changeSecret('keys', fail), /undecided/);

      assert.equal(await store.findSecret('keys'), 'one');
    });

    test('remembers a note until its time is over', async (t) => {
      const store = await open(create, t);
      const write = (value: string, until: number, now: number) =>
        store.changeNote('budget', now, (before) => ({ save: { value, until }, outcome: before }));

      const before = await write('27 left', 100, 10);
      const during = await store.findNote('budget', 99);
      const over = await store.findNote('budget', 100);
      const again = await write('26 left', 300, 200);

      assert.deepEqual([before, during, over, again], [undefined, '27 left', undefined, undefined]);
      assert.equal(await store.findNote('budget', 200), '26 left');
      assert.equal(await store.findNote('other', 200), undefined);
    });

    test('leaves a note alone where the decision fails or saves nothing', async (t) => {
      const store = await open(create, t);
      await store.changeNote('budget', 1, () => ({ save: { value: 'one', until: 9 }, outcome: 0 }));

      await assert.rejects(store.changeNote('budget', 1, fail), /undecided/);
      await store.changeNote('budget', 1, () => ({ outcome: 0 }));

      assert.equal(await store.findNote('budget', 1), 'one');
    });

    test('loses none of fifty changes of one note at the same time', async (t) => {
      const store = await open(create, t);
      const add = () =>
        store.changeNote('hits', 1, (value = '0') => ({
          save: { value: String(Number(value) + 1), until: 9 },
          outcome: 0,
        }));

      await Promise.all(Array.from({ length: 50 }, add));

      assert.equal(await store.findNote('hits', 1), '50');
    });

    test('counts in windows that begin anew when they are over, where it counts for all', async (t) => {
      const store = await open(create, t);
      if (!store.countWindow) return;

      const first = await Promise.all([1000, 1000].map((now) => store.countWindow?.('a', 60, now)));
      const last = await store.countWindow('a', 60, 1059);
      const other = await store.countWindow('b', 60, 1059);
      const next = await store.countWindow('a', 60, 1060);
      const clockSetBack = await store.countWindow('a', 60, 500);

      assert.deepEqual(first.map((window) => window?.count).toSorted(), [1, 2]);
      assert.deepEqual(last, { from: 1000, count: 3 });
      assert.deepEqual(other, { from: 1059, count: 1 });
      assert.deepEqual(next, { from: 1060, count: 1 });
      assert.deepEqual(clockSetBack, { from: 500, count: 1 });
    });

    test('counts licenses and their seats by product and standing, where it counts them', async (t) => {
      const store = await open(create, t);
      if (!store.countLicenses) return;
      await take(store, seat('laptop', 1));
      await take(store, seat('phone', 2));
      const more = [
        { ...LICENSE, id: 'license-2', keyHash: 'hash-2', invalidSince: 5 },
        { ...LICENSE, id: 'license-3', keyHash: 'hash-3', invalidSince: 5, revokedAt: 6 },
        { ...LICENSE, id: 'license-4', keyHash: 'hash-4', revokedAt: 6, bannedAt: 7 },
        { ...LICENSE, id: 'license-5', keyHash: 'hash-5', bannedAt: 7 },
      ];
      for (const license of more) await save(store, license);

      const counts = await store.countLicenses();

      const { product } = LICENSE;
      assert.deepEqual(
        counts.toSorted((one, other) => one.standing.localeCompare(other.standing)),
        [
          { product, standing: 'banned', licenses: 2, seats: 0 },
          { product, standing: 'doubted', licenses: 1, seats: 0 },
          { product, standing: 'licensed', licenses: 1, seats: 2 },
          { product, standing: 'revoked', licenses: 1, seats: 0 },
        ],
      );
    });

    test('has another version after every change of a license or a seat, where it has one', async (t) => {
      const store = await open(create, t);
      if (!store.version) return;
      const versions = [store.version()];
      const note = () => versions.push(store.version?.() ?? Number.NaN);

      await take(store, seat('laptop', 1));
      note();
      await store.touchSeat('license-1', { handle: 'laptop', label: 'another', lastSeen: 2 });
      note();
      await save(store, { ...LICENSE, bannedAt: 3 });
      note();
      await store.changeSeats('license-1', ['laptop'], () => ({
        change: { release: ['laptop'] },
        outcome: undefined,
      }));
      note();

      assert.equal(new Set(versions).size, 5);
    });

    test('keeps its version while it is only read', async (t) => {
      const store = await open(create, t);
      const before = store.version?.();

      await store.findLicense('my-tool', 'hash-1');
      await store.listSeats('license-1');

      assert.equal(store.version?.(), before);
    });

    test('answers when it is asked whether it is there', async (t) => {
      const store = await open(create, t);

      await store.ping();
    });
  });
}
