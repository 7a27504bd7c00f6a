// What is remembered for a moment, and what never is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStore, type LicenseStore } from '../../src/server/index.ts';
import { withRecent } from '../../src/server/recent.ts';
import { START, createClock } from './support.ts';

const DRAFT = {
  id: 'license-1',
  product: 'my-tool',
  keyHash: 'hash-1',
  licenseName: 'Team License',
  verifiedAt: START,
};
const SEAT = { handle: 'laptop', label: '', firstSeen: START, lastSeen: START };

/** One database, and two processes on it. */
async function openTwo() {
  const clock = createClock();
  const store = createMemoryStore();
  let reads = 0;
  const counted: LicenseStore = {
    ...store,
    findLicense: (...args) => ((reads += 1), store.findLicense(...args)),
    findSeat: (...args) => ((reads += 1), store.findSeat(...args)),
  };
  const [here, there] = [withRecent(counted, clock.now), withRecent(store, clock.now)];
  await here.changeLicense('my-tool', 'hash-1', () => ({ save: DRAFT, outcome: undefined }));
  await here.changeSeats('license-1', [], () => ({ change: { take: SEAT }, outcome: undefined }));
  return { clock, here, there, reads: () => reads };
}

const release = (from: LicenseStore) =>
  from.changeSeats('license-1', ['laptop'], () => ({ change: { release: ['laptop'] }, outcome: undefined }));

test('what was just read is not read again for a second', async () => {
  const { clock, here, reads } = await openTwo();

  for (let time = 0; time < 10; time += 1) {
    await here.findLicense('my-tool', 'hash-1');
    await here.findSeat('license-1', 'laptop');
    clock.advance(99);
  }
  const within = reads();
  clock.advance(10);
  await here.findLicense('my-tool', 'hash-1');

  assert.equal(within, 2);
  assert.equal(reads(), 3);
});

test('what this process changes is seen at once', async () => {
  const { here } = await openTwo();
  await here.findSeat('license-1', 'laptop');
  const before = await here.findLicense('my-tool', 'hash-1');

  await release(here);
  const license = await here.findLicense('my-tool', 'hash-1');
  const seat = await here.findSeat('license-1', 'laptop');

  assert.equal(before?.devicesUsed, 1);
  assert.equal(license?.devicesUsed, 0);
  assert.equal(seat, undefined);
});

test('a seat that another process took away is gone a second later', async () => {
  const { clock, here, there } = await openTwo();
  await here.findSeat('license-1', 'laptop');

  await release(there);
  clock.advance(1_000);

  assert.equal(await here.findSeat('license-1', 'laptop'), undefined);
});

test('that there is no license or seat is never remembered', async () => {
  const { here, there } = await openTwo();
  await here.findSeat('license-1', 'phone');

  await there.changeSeats('license-1', [], () => ({
    change: { take: { ...SEAT, handle: 'phone' } },
    outcome: undefined,
  }));

  assert.equal((await here.findSeat('license-1', 'phone'))?.handle, 'phone');
});

test('what is read while something changes is not remembered', async () => {
  const { here } = await openTwo();

  const early = here.findSeat('license-1', 'laptop');
  await release(here);
  await early;

  assert.equal(await here.findSeat('license-1', 'laptop'), undefined);
});
