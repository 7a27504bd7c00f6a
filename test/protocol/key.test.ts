import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { maskKey, normalizeKey } from '../../src/protocol/index.ts';

const KEY = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';

const MAIL = `From: 3DIMLI <orders@example.com>
Subject: Your order 20260411-77

Thanks for buying My Tool (Team License).
Your license key: ${KEY}
Total: $99.00. Questions? https://support.example.com/tickets/12345`;

const PASTES: Record<string, string> = {
  'as it is': KEY,
  'in upper case': KEY.toUpperCase(),
  'in braces': `{${KEY}}`,
  'in double quotes': `"${KEY}"`,
  'in typographic quotes': `“${KEY}”`,
  'with spaces around': `  \t${KEY}\r\n`,
  'with en dashes': KEY.replaceAll('-', '–'),
  'with em dashes': KEY.replaceAll('-', '—'),
  'with minus signs': KEY.replaceAll('-', '−'),
  'with no-break hyphens': KEY.replaceAll('-', '\u2011'),
  'with full-width dashes': KEY.replaceAll('-', '－'),
  'in full-width characters': KEY.replace(/[0-9a-f]/g, (char) =>
    String.fromCodePoint(char.codePointAt(0)! + 0xfee0),
  ),
  'with zero-width spaces': KEY.replaceAll('-', '-\u200b'),
  'with a byte-order mark': `\ufeff${KEY}`,
  'between direction marks': `\u202a${KEY}\u202c`,
  'with no-break spaces': `\u00a0${KEY.replaceAll('-', '\u00a0-\u00a0')}\u00a0`,
  'with soft hyphens instead of dashes': KEY.replaceAll('-', '\u00ad'),
  'with soft hyphens after its dashes': KEY.replaceAll('-', '-\u00ad'),
  'with soft hyphens after its dashes, in a sentence': `Your key: ${KEY.replaceAll('-', '-\u00ad')}. Enjoy!`,
  'with a space in the middle': KEY.replace('7890', '78 90'),
  'broken over two lines': KEY.replace('-abcd', '-\r\nabcd'),
  'without dashes': KEY.replaceAll('-', ''),
  'with spaces for dashes': KEY.replaceAll('-', ' '),
  doubled: KEY + KEY,
  'doubled without dashes': `${KEY}${KEY}`.replaceAll('-', ''),
  'doubled on two lines': `${KEY}\n${KEY}`,
  'as a whole e-mail': MAIL,
  'in a URL': `https://app.example.com/start#license_key=${KEY}&lang=en`,
  'with its label': `Order Item ID: ${KEY}`,
};

for (const [how, paste] of Object.entries(PASTES)) {
  test(`finds the key pasted ${how}`, () => {
    assert.equal(normalizeKey(paste), KEY);
  });
}

const JUNK: Record<string, string> = {
  nothing: '',
  'white space': ' \n\t',
  'a word': 'not-a-valid-uuid',
  'a key that lacks a character': KEY.slice(0, -1),
  'a key with a letter that is no hex digit': KEY.replace('a', 'g'),
  'an e-mail without a key': MAIL.replace(KEY, 'see attachment'),
  'a bare number of 32 characters and more': '1234567890'.repeat(4),
  'one megabyte': 'a'.repeat(1_000_000),
  'one megabyte with a key in it': 'x'.repeat(1_000_000) + KEY,
  'half of a surrogate pair': '\ud800',
};

for (const [what, text] of Object.entries(JUNK)) {
  test(`finds no key in ${what}`, () => {
    assert.equal(normalizeKey(text), undefined);
  });
}

test('knows nil and max as keys: whether they exist is for the marketplace to say', () => {
  assert.equal(normalizeKey('00000000-0000-0000-0000-000000000000'), '00000000-0000-0000-0000-000000000000');
  assert.equal(normalizeKey('FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'), 'ffffffff-ffff-ffff-ffff-ffffffffffff');
});

test('gives a normal key back unchanged, whatever surrounds it', () => {
  const surroundings = fc.tuple(fc.string({ unit: 'binary' }), fc.uuid(), fc.string({ unit: 'binary' }));

  fc.assert(
    fc.property(surroundings, ([before, key, after]) => {
      const once = normalizeKey(before + key + after);
      assert.notEqual(once, undefined);
      assert.equal(normalizeKey(once!), once);
    }),
    { numRuns: 500 },
  );
});

test('never throws, and what it finds is a lower-case UUID', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      assert.match(
        normalizeKey(text) ?? KEY,
        /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
      );
    }),
    { numRuns: 500 },
  );
});

test('looks through twenty thousand characters without a noticeable pause', () => {
  const start = performance.now();

  normalizeKey('a1b2c3d4-e5f6-7890-abcd-'.repeat(830));

  assert.ok(performance.now() - start < 100);
});

test('shows only the ends of a key', () => {
  assert.equal(maskKey(KEY), 'a1b2••••7890');
});
