// What a seller can read off the server.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../../src/server/metrics.ts';
import { MALFORMED_KEY, PURCHASES, UNKNOWN_KEY } from '../../src/testing/index.ts';
import { createTestServer } from './support.ts';

/** The text format's grammar: https://prometheus.io/docs/instrumenting/exposition_formats/ */
const LINE =
  /^(?:# HELP [a-z_]+ [^\n]+|# TYPE [a-z_]+ (?:counter|gauge|histogram)|[a-z_]+(?:\{[a-z_]+="(?:[^"\\\n]|\\["\\n])*"(?:,[a-z_]+="(?:[^"\\\n]|\\["\\n])*")*\})? (?:[0-9.e+-]+|\+Inf))$/;

test('the metrics say what was activated, refused, asked and signed', async () => {
  const { server, activate, deactivate, status } = createTestServer();
  await activate(PURCHASES.standard.key, 'laptop');
  await activate(PURCHASES.standard.key, 'laptop');
  await activate(PURCHASES.standard.key, 'phone');
  await activate(UNKNOWN_KEY, 'laptop');
  await activate(MALFORMED_KEY, 'laptop');
  await status(PURCHASES.standard.key);
  await deactivate(PURCHASES.standard.key, { deviceId: 'phone' });
  await deactivate(PURCHASES.standard.key, { deviceId: 'laptop' });

  const response = await server.app.request('/metrics');
  const lines = (await response.text()).split('\n');

  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  for (const line of [
    'license_gate_activations_total{product="my-tool",device="new"} 1',
    'license_gate_activations_total{product="my-tool",device="known"} 1',
    'license_gate_deactivations_total{product="my-tool"} 1',
    'license_gate_answers_total{route="/activate",code="ok"} 2',
    'license_gate_answers_total{route="/activate",code="license_invalid"} 2',
    'license_gate_answers_total{route="/activate",code="seat_limit_reached"} 1',
    'license_gate_marketplace_verdicts_total{product="my-tool",verdict="valid"} 1',
    'license_gate_marketplace_verdicts_total{product="my-tool",verdict="invalid"} 1',
    'license_gate_leases_signed_total 1',
    'license_gate_answer_seconds_count{route="/activate"} 5',
    'license_gate_marketplace_budget_left 25',
  ])
    assert.ok(lines.includes(line), line);
});

test('a device that asks several times at once is counted as new once', async () => {
  const { server, activate } = createTestServer();
  await activate(PURCHASES.company.key, 'laptop');

  await Promise.all(Array.from({ length: 5 }, () => activate(PURCHASES.company.key, 'phone')));

  const text = await (await server.app.request('/metrics')).text();
  assert.match(text, /activations_total\{product="my-tool",device="new"\} 2\n/);
  assert.match(text, /activations_total\{product="my-tool",device="known"\} 4\n/);
});

test('every line is in the format that Prometheus reads, and every metric says what it is', async () => {
  const { server, activate } = createTestServer();
  await activate(PURCHASES.standard.key, 'laptop');

  const lines = (await (await server.app.request('/metrics')).text()).trimEnd().split('\n');
  const names = lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.replace(/[{ ].*/, '').replace(/_(bucket|sum|count)$/, ''));

  assert.deepEqual(
    lines.filter((line) => !LINE.test(line)),
    [],
  );
  for (const name of names) {
    assert.ok(
      lines.some((line) => line.startsWith(`# HELP ${name} `)),
      name,
    );
    assert.ok(
      lines.some((line) => line.startsWith(`# TYPE ${name} `)),
      name,
    );
  }
});

test('a label may hold whatever a seller calls a product', async () => {
  const metrics = createMetrics();

  metrics.count('license_gate_revocations_total', { product: 'a "b" \\ c\nd' });

  assert.match(await metrics.render(), /\{product="a \\"b\\" \\\\ c\\nd"\} 1/);
});

test('a histogram counts each answer in every bucket that is long enough', async () => {
  const metrics = createMetrics();
  const note = metrics.timer('license_gate_answer_seconds', { route: 'a' });
  for (const seconds of [0.001, 0.3, 20]) note(seconds);

  const text = await metrics.render();

  assert.match(text, /bucket\{route="a",le="0.005"\} 1\n/);
  assert.match(text, /bucket\{route="a",le="0.1"\} 1\n/);
  assert.match(text, /bucket\{route="a",le="0.5"\} 2\n/);
  assert.match(text, /bucket\{route="a",le="8"\} 2\n/);
  assert.match(text, /bucket\{route="a",le="\+Inf"\} 3\n/);
  assert.match(text, /sum\{route="a"\} 20.301\n/);
});
