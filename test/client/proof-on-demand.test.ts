import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { PROBLEMS, isLocking, type ProblemCode } from '../../src/protocol/index.ts';
import { KEY } from './fixtures.ts';
import { confirmation, createWorld, refusal } from './world.ts';

const SENT = (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => PROBLEMS[code].status > 0);

test('asks once and without a proof where none is wanted', async (t) => {
  const world = createWorld(t);
  const client = world.open();

  await client.activate(KEY);

  assert.equal(world.calls.length, 1);
  assert.equal(world.calls[0]?.body['proof'], undefined);
});

test('takes a seat as another device where the seat wants a proof that this one cannot give, and stays that', async (t) => {
  const world = createWorld(t);
  const client = world.open();
  // It asks in vain, loads what it needs for a proof, and asks in vain again: nothing here can keep a key.
  world.answer = () => (world.calls.length <= 2 ? refusal(403, 'proof_required') : confirmation());

  const outcome = await client.activate(KEY);
  await client.check();

  const ids = world.calls.map(({ body }) => body['deviceId']);
  assert.equal(outcome.ok, true);
  assert.equal(ids[0], ids[1]);
  assert.notEqual(ids[1], ids[2]);
  assert.equal(ids[3], ids[2]);
});

test('keeps its id where another one does not help, either', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.answer = () => refusal(403, 'proof_required');
  await client.activate(KEY);
  world.answer = () => confirmation();
  const before = world.calls[0]?.body['deviceId'];

  await client.check();

  assert.equal(world.calls.at(-1)?.body['deviceId'], before);
});

test('does not rename a device that the host has named', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed({ deviceId: 'machine-1' });
  world.answer = () => refusal(403, 'proof_required');

  const outcome = await client.check();

  assert.equal(!outcome.ok && outcome.code, 'proof_required');
  assert.deepEqual(new Set(world.calls.map(({ body }) => body['deviceId'])), new Set(['machine-1']));
});

test('a device that cannot prove anything has nothing to give back, and is let go', async (t) => {
  const world = createWorld(t);
  const client = await world.openLicensed();
  world.answer = () => refusal(403, 'proof_required');

  const outcome = await client.deactivate();

  assert.equal(outcome.ok, true);
  assert.equal(client.snapshot.access, 'locked');
});

test('whatever proofs come to, an open gate is shut by a statement about the license alone', async (t) => {
  const answers = fc.array(fc.constantFrom('ok', 'proof_required', 'proof_invalid', ...SENT), {
    minLength: 1,
    maxLength: 12,
  });

  await fc.assert(
    fc.asyncProperty(answers, fc.boolean(), async (codes, isWanted) => {
      const world = createWorld(t);
      const client = await world.openLicensed(isWanted ? { deviceProof: 'auto' } : {});
      let wasLocking = false;
      const left = [...codes];
      world.answer = () => {
        const code = left.shift() ?? 'ok';
        if (code === 'ok') return confirmation();
        wasLocking ||= isLocking(code as ProblemCode);
        return refusal(PROBLEMS[code as ProblemCode].status, code, { serverTime: 'nonsense' });
      };

      while (left.length > 0 && client.snapshot.open) await client.check();

      assert.ok(client.snapshot.open || wasLocking);
      client.close();
    }),
    { numRuns: 60 },
  );
});
