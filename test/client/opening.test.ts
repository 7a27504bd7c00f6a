// The short way to an open gate: it opens on what the client would open on, and is silent about all else.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { KeySet } from '../../src/client/index.ts';
import { openAtOnce } from '../../src/client/opening.ts';
import { readSettings } from '../../src/client/settings.ts';
import { DAY, HOUR, NOW, recordWith, refusedRecord } from './fixtures.ts';

const SERVER = 'https://licenses.test';
const DEVICE = 'device-1';
const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
const publicKeys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] } as KeySet;

function openWith(stored: Record<string, unknown>, now: number, options: object = {}) {
  const storage = {
    mode: 'host' as const,
    peek: (name: string) => stored[name],
    change: () => Promise.reject(new Error('nothing is written on the way to an open gate')),
  };
  const settings = readSettings({ server: SERVER, product: 'my-tool', ...options });
  return openAtOnce(settings, { storage, now: () => now });
}

const storedAs = (record: unknown, more: object = {}) => ({
  [`record:${SERVER}|my-tool`]: record,
  'device-id': DEVICE,
  ...more,
});

const leaseFor = (deviceId: string) =>
  new SignJWT({ dev: createHash('sha256').update(`license-1.${deviceId}`).digest('base64url').slice(0, 22) })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'license+jwt' })
    .setAudience('my-tool')
    .setSubject('license-1')
    .setIssuedAt(NOW / 1000)
    .setExpirationTime(NOW / 1000 + 86_400)
    .sign(privateKey);

test('opens on the last confirmation until its grace is over', async () => {
  const opened = await openWith(storedAs(recordWith()), NOW + 6 * DAY);
  const tooLate = await openWith(storedAs(recordWith()), NOW + 8 * DAY);

  assert.equal(opened?.access, 'unlocked');
  assert.equal(opened.license?.licenseName, 'Team License');
  assert.equal(tooLate, undefined);
});

test('counts in the license server’s time, where it is known', async () => {
  const record = recordWith({ offsetMs: -3650 * DAY });

  const opened = await openWith(storedAs(record), NOW + 3650 * DAY + HOUR);

  assert.equal(opened?.access, 'unlocked');
});

test('gives a confirmation no time back where the clock was turned back', async () => {
  const used = recordWith({ seenAt: NOW + 8 * DAY });

  assert.equal(await openWith(storedAs(used), NOW), undefined);
});

test('says nothing where nothing is stored, a license was refused, or the page is set up wrongly', async () => {
  assert.equal(await openWith({}, NOW), undefined);
  assert.equal(await openWith(storedAs('garbage'), NOW), undefined);
  assert.equal(await openWith(storedAs({ removed: true, seenAt: NOW }), NOW), undefined);
  assert.equal(await openWith(storedAs(refusedRecord()), NOW), undefined);
  assert.equal(await openWith(storedAs(recordWith()), NOW, { server: '' }), undefined);
});

test('opens with pinned keys on a lease for this device, and on no other', async () => {
  const ours = recordWith({ lease: await leaseFor(DEVICE) });
  const copied = recordWith({ lease: await leaseFor('another device') });

  assert.equal((await openWith(storedAs(ours), NOW, { publicKeys }))?.access, 'unlocked');
  assert.equal(await openWith(storedAs(copied), NOW, { publicKeys }), undefined);
  assert.equal(await openWith(storedAs(recordWith()), NOW, { publicKeys }), undefined);
});

test('opens with keys named by their URL where they are kept, and asks nobody where they are not', async () => {
  const url = `${SERVER}/.well-known/jwks.json`;
  const ours = recordWith({ lease: await leaseFor(DEVICE) });

  const kept = await openWith(storedAs(ours, { [`keys:${url}`]: publicKeys }), NOW, { publicKeys: url });
  const unknown = await openWith(storedAs(ours), NOW, { publicKeys: url });

  assert.equal(kept?.access, 'unlocked');
  assert.equal(unknown, undefined);
});
