// No license key, seller token or device id appears anywhere: log, answers, metrics, database.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createSqliteStore } from '../../src/server/stores/sqlite.ts';
import { FAULTS, PURCHASES, SELLER_TOKEN, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { HOUR_MS, MINUTE_MS, createTestServer } from './support.ts';

const DEVICE = 'device-id-that-nobody-may-see';
const SECRETS = [SELLER_TOKEN, DEVICE, UNKNOWN_KEY, ...Object.values(PURCHASES).map(({ key }) => key)];
const FORMS = SECRETS.flatMap((secret) => [secret, secret.toUpperCase(), secret.replaceAll('-', '')]);

test('the loudest log, every answer, the metrics and the database hold no key, token or device id', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { server, market, clock, log, activate, deactivate, status, post, store } = createTestServer({
    store: createSqliteStore(join(folder, 'licenses.db')),
  });
  const seen: string[] = [];
  const note = (reply: { body: unknown; headers: Headers }) =>
    void seen.push(JSON.stringify(reply.body), JSON.stringify([...reply.headers]));

  for (const { key } of Object.values(PURCHASES)) {
    note(await activate(key, DEVICE));
    note(await activate(key, `${DEVICE}-2`, { replaceDevice: key }));
    note(await status(key, { deviceId: DEVICE }));
    clock.advance(MINUTE_MS);
  }
  for (const fault of FAULTS.slice(0, 8)) {
    market.interfere(fault);
    note(await activate(UNKNOWN_KEY, DEVICE));
    clock.advance(HOUR_MS);
  }
  note(await post('/activate', { licenseKey: [PURCHASES.team.key], deviceId: DEVICE }));
  note(await post('/activate', { licenseKey: PURCHASES.team.key, deviceId: DEVICE, product: SELLER_TOKEN }));
  note(await post(`/activate?key=${PURCHASES.team.key}`, `{"licenseKey":"${PURCHASES.team.key}"`));
  note(await deactivate(PURCHASES.team.key, { deviceId: DEVICE }));
  const { findLicense } = store;
  store.findLicense = () => Promise.reject(new Error('broken'));
  note(await activate(PURCHASES.team.key, DEVICE));
  store.findLicense = findLicense;
  seen.push(await (await server.app.request('/metrics')).text());
  const files = readdirSync(folder).map((file) => readFileSync(join(folder, file)).toString('latin1'));
  await server.close();

  assert.ok(log.length > 20);
  assert.ok(files.join('').length > 10_000);
  for (const form of FORMS) {
    assert.ok(!log.join('\n').includes(form), `the log holds ${form}`);
    assert.ok(!seen.join('\n').includes(form), `an answer holds ${form}`);
    assert.ok(!files.join('').includes(form), `the database holds ${form}`);
  }
});
