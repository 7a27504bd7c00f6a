// What people, programs and attackers send instead of a request: bodies as they come over the wire, and values for any
// field of a request.
import { PURCHASES } from '../../src/testing/index.ts';

const { key: KEY } = PURCHASES.standard;

/** Bodies as they come over the wire. */
export const RAW_BODIES: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
  'an empty body': '',
  'white space': '  \n',
  null: 'null',
  'an empty list': '[]',
  'a list of requests': `[{"licenseKey":"${KEY}","deviceId":"x"}]`,
  'a text': '"x"',
  'a number': '1',
  NaN: 'NaN',
  true: 'true',
  'truncated JSON': `{"licenseKey":"${KEY}","deviceId":`,
  'two JSON texts': '{}{}',
  'single quotes': `{'licenseKey':'${KEY}','deviceId':'x'}`,
  'a trailing comma': `{"licenseKey":"${KEY}","deviceId":"x",}`,
  'a comment': `{"licenseKey":"${KEY}"/* */,"deviceId":"x"}`,
  'invalid UTF-8': Uint8Array.from([0x7b, 0xff, 0xfe, 0x7d]),
  'UTF-16': Uint8Array.from([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]),
  'NUL bytes': Uint8Array.from([0, 0, 0, 0]),
  'lists 2,000 deep': '['.repeat(2000) + ']'.repeat(2000),
  'objects 600 deep': '{"a":'.repeat(600) + '1' + '}'.repeat(600),
  'a form': 'licenseKey=a&deviceId=b',
  XML: '<licenseKey>a</licenseKey>',
  'a huge number': `{"licenseKey":1e999,"deviceId":-1e999}`,
};

export const STRANGE_VALUES: Readonly<Record<string, unknown>> = {
  'a number': 7,
  zero: 0,
  'minus one': -1,
  true: true,
  false: false,
  null: null,
  'an empty list': [],
  'a list': [KEY],
  'an empty object': {},
  'an object': { $ne: null },
  'an object with toString': { toString: 'x', valueOf: 'y' },
  'an empty text': '',
  'white space': ' \t\n ',
  'a NUL in it': 'a\0b',
  'half of a surrogate pair': 'a\ud800b',
  'a right-to-left override': 'abc\u202edef',
  emoji: '🦄🦄',
  'a zero-width space': '\u200b',
  'combining marks': 'e\u0301'.repeat(50),
  SQL: "' OR 1=1; DROP TABLE seats; --",
  'a path': '../../etc/passwd',
  HTML: '<img src=x onerror=alert(1)>',
  'a template': '${process.env.DIMLI_SELLER_TOKEN}',
  'line breaks': 'a\r\nSet-Cookie: b=c',
  constructor: 'constructor',
  __proto__: '__proto__',
  '3,000 characters': 'x'.repeat(3000),
  '256 characters': 'x'.repeat(256),
  'the nil UUID': '00000000-0000-0000-0000-000000000000',
  'the max UUID': 'ffffffff-ffff-ffff-ffff-ffffffffffff',
  'a UUID too long': `${KEY}0`,
  'a UUID too short': KEY.slice(1),
};

export const FIELDS = ['licenseKey', 'deviceId', 'product', 'deviceLabel', 'replaceDevice', 'device'];
