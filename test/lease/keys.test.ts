import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HOUR_MS, MINUTE_MS } from '../server/support.ts';
import { createBackEnd, createSigner } from './support.ts';

const SECOND_MS = 1000;
const reasonOf = (outcome: { ok: boolean; reason?: string }) => (outcome.ok ? 'ok' : outcome.reason);

const refuseConnection = () => {
  throw new TypeError('fetch failed');
};

test('asks for the keys once, however many leases come at once', async () => {
  const backEnd = createBackEnd();
  const lease = await backEnd.lease();
  const verifier = backEnd.verifier();

  const outcomes = await Promise.all(Array.from({ length: 50 }, () => verifier.verify(lease)));

  assert.ok(outcomes.every(({ ok }) => ok));
  assert.deepEqual(backEnd.requests, ['https://licenses.example.com/.well-known/jwks.json']);
});

test('keeps the keys for ten minutes, then asks again', async () => {
  const backEnd = createBackEnd();
  const lease = await backEnd.lease();
  const verifier = backEnd.verifier();

  await verifier.verify(lease);
  backEnd.clock.advance(10 * MINUTE_MS - 1);
  await verifier.verify(lease);
  const before = backEnd.requests.length;
  backEnd.clock.advance(1);
  await verifier.verify(lease);

  assert.deepEqual([before, backEnd.requests.length], [1, 2]);
});

test('a flood of unknown keys leads to one request in thirty seconds', async () => {
  const backEnd = createBackEnd();
  const verifier = backEnd.verifier();
  await verifier.verify(await backEnd.lease());
  const forgeries = await Promise.all(
    Array.from({ length: 40 }, async (_, number) => (await createSigner(`made-up-${number}`)).sign()),
  );
  backEnd.clock.advance(30 * SECOND_MS);

  const outcomes = [];
  for (const forgery of forgeries) outcomes.push(await verifier.verify(forgery));
  outcomes.push(...(await Promise.all(forgeries.map((forgery) => verifier.verify(forgery)))));

  assert.ok(outcomes.every((outcome) => reasonOf(outcome) === 'unknown_key'));
  assert.equal(backEnd.requests.length, 2);
});

test('asks again for a key that it does not know yet', async () => {
  const backEnd = createBackEnd();
  const genuine = await backEnd.lease();
  const { sign, jwks } = await createSigner('emergency');
  const verifier = backEnd.verifier();
  await verifier.verify(genuine);

  backEnd.answer = () => Response.json(jwks);
  const early = await verifier.verify(await sign());
  backEnd.clock.advance(30 * SECOND_MS);
  const late = await verifier.verify(await sign());
  const dropped = await verifier.verify(genuine);

  assert.deepEqual([early, late, dropped].map(reasonOf), ['unknown_key', 'ok', 'unknown_key']);
});

test('goes on with the keys it has while the server cannot be reached', async () => {
  const backEnd = createBackEnd();
  const lease = await backEnd.lease();
  const verifier = backEnd.verifier();
  await verifier.verify(lease);
  backEnd.answer = refuseConnection;

  backEnd.clock.advance(5 * HOUR_MS);
  const outcomes = [await verifier.verify(lease), await verifier.verify(lease)];

  assert.deepEqual(outcomes.map(reasonOf), ['ok', 'ok']);
  assert.equal(backEnd.requests.length, 2);
});

test('says that it could not ask, rather than no, where the server cannot be reached', async () => {
  const backEnd = createBackEnd();
  const lease = await backEnd.lease();
  const { sign } = await createSigner('unheard-of');
  const known = backEnd.verifier();
  await known.verify(lease);
  backEnd.answer = refuseConnection;
  backEnd.clock.advance(MINUTE_MS);

  const never = await backEnd.verifier().verify(lease);
  const unknown = await known.verify(await sign());

  assert.deepEqual([never, unknown].map(reasonOf), ['keys_unavailable', 'keys_unavailable']);
  assert.equal(!never.ok && never.status, 503);
  assert.match(String(!never.ok && never.cause), /fetch failed/);
});

test('works as soon as the server does, and does not hammer it before', async () => {
  const backEnd = createBackEnd();
  const lease = await backEnd.lease();
  const { answer } = backEnd;
  const verifier = backEnd.verifier();
  backEnd.answer = refuseConnection;
  for (let count = 0; count < 20; count += 1) await verifier.verify(lease);
  const before = backEnd.requests.length;

  backEnd.answer = answer;
  backEnd.clock.advance(SECOND_MS);
  const outcome = await verifier.verify(lease);

  assert.equal(before, 1);
  assert.equal(reasonOf(outcome), 'ok');
});

const NO_KEY_SETS: Readonly<Record<string, () => Response>> = {
  'an error': () => Response.json({ keys: [] }, { status: 500 }),
  'a redirect': () =>
    new Response(null, { status: 302, headers: { location: 'https://mallory.example.com' } }),
  'a page': () => new Response('<!doctype html>'),
  null: () => Response.json(null),
  'another object': () => Response.json({ error: 'not here' }),
  'keys that are no objects': () => Response.json({ keys: ['a'] }),
};

for (const [name, answer] of Object.entries(NO_KEY_SETS))
  test(`does not take ${name} for keys, and keeps those it has`, async () => {
    const backEnd = createBackEnd();
    const lease = await backEnd.lease();
    const verifier = backEnd.verifier();
    await verifier.verify(lease);
    backEnd.answer = answer;
    backEnd.clock.advance(HOUR_MS);

    const kept = await verifier.verify(lease);
    const fresh = await backEnd.verifier().verify(lease);

    assert.deepEqual([kept, fresh].map(reasonOf), ['ok', 'keys_unavailable']);
  });

test('one key that cannot be read does not spoil the others', async () => {
  const backEnd = createBackEnd();
  const lease = await backEnd.lease();
  const { answer } = backEnd;
  const broken = { kty: 'EC', crv: 'P-256', x: '!', y: '!', kid: 'broken', alg: 'ES256' };
  const { sign } = await createSigner('broken');
  backEnd.answer = async (url) => {
    const { keys } = (await (await answer(url)).json()) as { keys: object[] };
    return Response.json({ keys: [broken, ...keys] });
  };
  const verifier = backEnd.verifier();

  assert.equal(reasonOf(await verifier.verify(lease)), 'ok');
  assert.equal(reasonOf(await verifier.verify(await sign())), 'unknown_key');
});

test('reads the keys from a URL of their own, and follows no redirect', async () => {
  const backEnd = createBackEnd();
  const lease = await backEnd.lease();
  const { answer } = backEnd;
  backEnd.answer = () => answer('https://licenses.example.com/.well-known/jwks.json');
  const url = 'https://cdn.example.com/keys.json';

  const outcome = await backEnd.verifier({ server: undefined, jwksUrl: url } as never).verify(lease);

  assert.equal(reasonOf(outcome), 'ok');
  assert.deepEqual(backEnd.requests, [url]);
});
