import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRedact, redactKeys } from '../../src/server/redact.ts';

const KEY = '9ded94ea-1d3c-4bf4-8187-64690dc88ff6';

for (const [name, key] of Object.entries({
  'as it is': KEY,
  'in capitals': KEY.toUpperCase(),
  'without dashes': KEY.replaceAll('-', ''),
  'as a URL writes it': KEY.replaceAll('-', '%2D'),
  'behind an escaped space': `%20${KEY}`,
})) {
  test(`a key ${name} is taken out, and what stands around it stays`, () => {
    assert.equal(
      redactKeys(`before ${key} after ${key}!`).replaceAll('%20', ''),
      'before [redacted] after [redacted]!',
    );
  });
}

for (const [name, key] of Object.entries({
  'with smart dashes': KEY.replaceAll('-', '–'),
  'in full width': KEY.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
  'with white space in it': KEY.replaceAll('-', ' - '),
  'with invisible characters': [...KEY].join('\u200b'),
})) {
  test(`a key ${name} takes the whole text with it`, () => {
    assert.equal(redactKeys(`before ${key} after`), '[redacted]');
  });
}

test('what is no key stays as it is: hashes, references, times and words', () => {
  const hash = 'a'.repeat(64);
  const text = `GET /activate 2026-11-25T08:00:00.000Z ${hash} sub_9ded94ea at file:///app/server.js:10:20`;

  assert.equal(redactKeys(text), text);
});

test('secrets are taken out by their value, wherever they stand', () => {
  const redact = createRedact(['token.with+signs(', undefined]);

  assert.equal(redact('Bearer token.with+signs( was refused'), 'Bearer [redacted] was refused');
});

test('a secret so short that ordinary words hold it is not looked for', () => {
  assert.equal(createRedact(['at'])('at the latest'), 'at the latest');
});

test('a text longer than anybody reads is cut, and holds no key before or behind the cut', () => {
  const short = redactKeys(`${KEY} ${'x'.repeat(9_990)} ${KEY} ${'y'.repeat(30_000)} ${KEY}`);

  assert.ok(short.length <= 10_001);
  assert.ok(!short.includes('9ded'));
});
