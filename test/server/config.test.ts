import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from '../../src/server/index.ts';
import { createKeys, writeKeyRing } from '../../src/server/key-ring.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './support.ts';

const ENV = { DIMLI_SELLER_TOKEN: 'token' };
const PRODUCTS = { '/my-tool': { seats: { 'Standard License': 1 } } };

const configOf = (json: object, env: Record<string, string> = {}) => {
  const result = parseConfig({ products: PRODUCTS, ...json }, { ...ENV, ...env });
  assert.ok(result.ok, result.ok ? '' : result.errors.join('\n'));
  return result.config;
};

const errorsOf = (json: unknown, env: Record<string, string> = ENV) => {
  const result = parseConfig(json, env);
  return result.ok ? [] : result.errors;
};

test('a seller writes products, origins and a database; the rest are the documented defaults', () => {
  const config = configOf({ allowedOrigins: ['https://app.example.com'], database: 'mine.db' });

  assert.deepEqual(config, {
    products: [
      {
        slug: '/my-tool',
        name: 'my-tool',
        kind: 'software',
        seats: new Map([['Standard License', 1]]),
        defaultSeats: 1,
        deviceProof: 'optional',
      },
    ],
    allowedOrigins: ['https://app.example.com'],
    publicUrl: undefined,
    database: 'mine.db',
    verdicts: { freshMs: 24 * HOUR_MS, staleMs: 48 * HOUR_MS, keepMs: 7 * DAY_MS, confirmMs: 10 * MINUTE_MS },
    marketplace: { token: 'token', baseUrl: 'https://www.3dimli.com', verifiesPerMinute: 27 },
    devices: { idleMs: 30 * DAY_MS, newPerDay: 10 },
    lease: { algorithm: 'ES256', issuer: 'license-gate', validMs: DAY_MS, graceMs: 7 * DAY_MS },
    rateLimits: {
      activatePerMinute: 10,
      deactivatePerMinute: 10,
      statusPerMinute: 60,
      statusPerMinutePerKey: 30,
      unknownKeysPerMinute: 5,
      unknownKeysPerHour: 30,
    },
    trustedProxies: [],
    secrets: { hash: undefined, signingKeys: undefined },
  });
});

test('"unlimited" and -1 are one number', () => {
  const { products } = configOf({ products: { a: { seats: { A: 'unlimited', B: -1 }, defaultSeats: -1 } } });

  assert.deepEqual(
    [...(products[0]?.seats.values() ?? []), products[0]?.defaultSeats],
    [Infinity, Infinity, Infinity],
  );
});

test('times may be fractions, and limits zero', () => {
  const { verdicts, rateLimits, marketplace } = configOf({
    verdicts: { freshHours: 0.5, confirmMinutes: 0 },
    rateLimits: { statusPerMinute: 0 },
    marketplace: { verifiesPerMinute: 0 },
  });

  assert.equal(verdicts.freshMs, 30 * MINUTE_MS);
  assert.equal(verdicts.confirmMs, 0);
  assert.equal(rateLimits.statusPerMinute, 0);
  assert.equal(rateLimits.activatePerMinute, 10);
  assert.equal(marketplace.verifiesPerMinute, 0);
});

test('false switches all rate limits off', () => {
  const { rateLimits } = configOf({ rateLimits: false });

  assert.deepEqual(Object.values(rateLimits), Array(6).fill(0));
});

test('a longer fresh time moves the stale one along', () => {
  const { verdicts } = configOf({ verdicts: { freshHours: 72 } });

  assert.equal(verdicts.staleMs, 72 * HOUR_MS);
});

test('origins are kept as browsers write them', () => {
  const { allowedOrigins } = configOf({
    allowedOrigins: [
      'https://APP.example.com/',
      'https://app.example.com:443',
      'capacitor://localhost',
      '*',
      'null',
    ],
  });

  assert.deepEqual(allowedOrigins, [
    'https://app.example.com',
    'https://app.example.com',
    'capacitor://localhost',
    '*',
    'null',
  ]);
});

test('the environment moves the marketplace and brings secrets', () => {
  const { marketplace, secrets, lease } = configOf(
    { publicUrl: 'https://licenses.example.com/' },
    { DIMLI_API_URL: 'http://127.0.0.1:4000/', LICENSE_GATE_HASH_SECRET: 'x'.repeat(32) },
  );

  assert.equal(marketplace.baseUrl, 'http://127.0.0.1:4000');
  assert.equal(secrets.hash, 'x'.repeat(32));
  assert.equal(lease.issuer, 'https://licenses.example.com');
});

test('no configuration says what the smallest one is, and that the token is missing', () => {
  const errors = errorsOf({}, {});

  assert.equal(errors.length, 2);
  assert.match(errors[0] ?? '', /^products is missing: .*"\/my-tool"/);
  assert.match(errors[1] ?? '', /^DIMLI_SELLER_TOKEN is not set: .*api-tokens/);
});

const WRONG: readonly (readonly [string, unknown, RegExp])[] = [
  ['no object', [], /must be a JSON object/],
  ['null', null, /must be a JSON object/],
  ['no products', { products: {} }, /products is empty/],
  ['a product that is no slug', { products: { '/a b': { seats: {} } } }, /products\["\/a b"\] is not a slug/],
  [
    'one product twice',
    { products: { '/a': { seats: {} }, 'software/a': { seats: {} } } },
    /\["\/a"\] are the same product/,
  ],
  ['no seats', { products: { a: {} } }, /products\.a\.seats must say how many seats/],
  [
    'no number of seats',
    { products: { a: { seats: { A: '5' } } } },
    /products\.a\.seats\.A must be a whole number/,
  ],
  ['half a seat', { products: { a: { seats: { A: 0.5 } } } }, /whole number of seats/],
  [
    'an unknown kind',
    { products: { a: { kind: 'app', seats: {} } } },
    /a\.kind must be "software" or "game"/,
  ],
  ['a misspelt setting', { products: PRODUCTS, alowedOrigins: [] }, /did you mean "allowedOrigins"\?/],
  ['a setting nobody means', { products: PRODUCTS, x: 1 }, /^x is not a known setting$/],
  ['a misspelt detail', { products: PRODUCTS, lease: { hour: 1 } }, /lease\.hour .* did you mean "hours"/],
  ['origins that are no list', { products: PRODUCTS, allowedOrigins: '*' }, /allowedOrigins must be a list/],
  [
    'an origin with a path',
    { products: PRODUCTS, allowedOrigins: ['https://a.b/c'] },
    /"https:\/\/a\.b\/c" is not an origin/,
  ],
  ['an origin without a scheme', { products: PRODUCTS, allowedOrigins: ['a.example'] }, /is not an origin/],
  [
    'a negative time',
    { products: PRODUCTS, verdicts: { keepDays: -1 } },
    /verdicts\.keepDays must be a number of days/,
  ],
  [
    'stale before fresh',
    { products: PRODUCTS, verdicts: { freshHours: 24, staleHours: 1 } },
    /staleHours \(1\) must not/,
  ],
  ['an unsafe algorithm', { products: PRODUCTS, lease: { algorithm: 'HS256' } }, /"ES256" or "Ed25519"/],
  ['true for rate limits', { products: PRODUCTS, rateLimits: true }, /rateLimits must be an object.*false/],
  [
    'a proxy that is no address',
    { products: PRODUCTS, trustedProxies: ['proxy'] },
    /"proxy" is neither an address/,
  ],
  ['a public URL that is none', { products: PRODUCTS, publicUrl: 'licenses' }, /publicUrl must be the URL/],
];

for (const [name, json, message] of WRONG) {
  test(`${name} is one readable error`, () => {
    const errors = errorsOf(json);

    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(errors[0] ?? '', message);
  });
}

test('everything that is wrong is told at once, whatever kind of mistake it is', () => {
  const errors = errorsOf(
    {
      products: { '/a': { seats: { A: 0 } }, 'software/a': { seats: {} }, '/a b': { seats: {} } },
      allowedOrigins: ['https://a.b/c', 5],
      trustedProxies: ['proxy'],
      verdicts: { freshHours: 24, staleHours: 1, keepDays: -1 },
      lease: { hour: 1 },
    },
    { LICENSE_GATE_SIGNING_KEYS: 'keys' },
  );

  const EXPECTED = [
    /^products\["\/a"\]\.seats\.A must be a whole number/,
    /^products\["software\/a"\] and \["\/a"\] are the same product/,
    /^products\["\/a b"\] is not a slug/,
    /^allowedOrigins\[0\] "https:\/\/a\.b\/c" is not an origin/,
    /^allowedOrigins\[1\] must be text/,
    /^trustedProxies\[0\] "proxy" is neither/,
    /^verdicts\.staleHours \(1\) must not be less than verdicts\.freshHours \(24\)/,
    /^verdicts\.keepDays must be a number of days/,
    /^lease\.hour is not a known setting/,
    /^DIMLI_SELLER_TOKEN is not set/,
    /^LICENSE_GATE_SIGNING_KEYS cannot be used/,
  ];
  for (const message of EXPECTED)
    assert.equal(errors.filter((error) => message.test(error)).length, 1, String(message));
  assert.equal(errors.length, EXPECTED.length, errors.join('\n'));
});

test('signing keys have to fit the algorithm, also where the file is wrong elsewhere', async () => {
  const keys = { ...ENV, LICENSE_GATE_SIGNING_KEYS: writeKeyRing(await createKeys('Ed25519')) };

  assert.deepEqual(errorsOf({ products: PRODUCTS, lease: { algorithm: 'Ed25519' } }, keys), []);
  assert.deepEqual(errorsOf({ products: PRODUCTS }, keys), [
    'LICENSE_GATE_SIGNING_KEYS cannot be used. The signing keys are of type Ed25519; lease.algorithm ES256 needs other ones.',
  ]);
  assert.equal(errorsOf({ products: {}, lease: { algorithm: 'Ed25519' } }, keys).length, 1);
});

const WRONG_ENVIRONMENT: readonly (readonly [string, Record<string, string>, RegExp])[] = [
  ['a blank token', { DIMLI_SELLER_TOKEN: '  ' }, /is not set/],
  ['a token with a line break in it', { DIMLI_SELLER_TOKEN: 'a\nb' }, /copy it again/],
  ['a token that a bundler would publish', { ...ENV, VITE_DIMLI_SELLER_TOKEN: 'token' }, /into the page/],
  ['another one', { ...ENV, NEXT_PUBLIC_DIMLI_SELLER_TOKEN: 'token' }, /into the page/],
  [
    'a marketplace without encryption',
    { ...ENV, DIMLI_API_URL: 'http://example.com' },
    /DIMLI_API_URL must be/,
  ],
  ['a marketplace that is no URL', { ...ENV, DIMLI_API_URL: '3dimli' }, /DIMLI_API_URL must be/],
  ['a short hash secret', { ...ENV, LICENSE_GATE_HASH_SECRET: 'short' }, /32 characters/],
  [
    'signing keys that are none',
    { ...ENV, LICENSE_GATE_SIGNING_KEYS: 'a\nb' },
    /LICENSE_GATE_SIGNING_KEYS cannot be used. The signing keys cannot be read/,
  ],
];

for (const [name, env, message] of WRONG_ENVIRONMENT) {
  test(`${name} is one readable error, without the secret in it`, () => {
    const errors = errorsOf({ products: PRODUCTS }, env);

    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(errors[0] ?? '', message);
    assert.doesNotMatch(errors[0] ?? '', /a\nb/);
  });
}
