import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { configJsonSchema, type JsonSchema } from '../../src/server/config-json-schema.ts';
import { parseConfig } from '../../src/server/index.ts';

const ENV = { DIMLI_SELLER_TOKEN: 'token' };
const PRODUCTS = { '/my-tool': { seats: { 'Standard License': 1 } } };
const SCHEMA = configJsonSchema();

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
addFormats.default(ajv);
const validate = ajv.compile(SCHEMA);

const VALID: Readonly<Record<string, unknown>> = {
  'the smallest one': { products: PRODUCTS },
  'one that names its schema': { $schema: './config.schema.json', products: PRODUCTS },
  'all spellings of a slug': {
    products: { 'my-tool': { seats: {} }, 'software/other': { seats: {} }, '/games/third': { seats: {} } },
  },
  'unlimited seats in both spellings': {
    products: { a: { seats: { A: 'unlimited', B: -1, C: 5 }, defaultSeats: -1 } },
  },
  'a game': { products: { a: { kind: 'game', seats: { A: 1 } } } },
  'all kinds of origins': {
    products: PRODUCTS,
    allowedOrigins: ['https://a.example', 'http://localhost:5173/', 'capacitor://localhost', '*', 'null'],
  },
  'devices that must prove themselves': { products: { a: { seats: {}, deviceProof: 'required' } } },
  'no rate limits': { products: PRODUCTS, rateLimits: false },
  'zero as a rate limit': { products: PRODUCTS, rateLimits: { statusPerMinute: 0 } },
  'fractions of times': { products: PRODUCTS, verdicts: { freshHours: 0.5 }, lease: { graceDays: 0.1 } },
  'a database elsewhere': { products: PRODUCTS, database: 'postgres://seller@db.example/licenses' },
  'a public URL': { products: PRODUCTS, publicUrl: 'https://licenses.example.com' },
  proxies: { products: PRODUCTS, trustedProxies: ['10.0.0.0/8', '::1'] },
};

const INVALID: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  'a list': [],
  'no products': {},
  'not one product': { products: {} },
  'a product that is no slug': { products: { '/a b': { seats: {} } } },
  'a product without seats': { products: { a: {} } },
  'no number of seats': { products: { a: { seats: { A: '5' } } } },
  'no seat': { products: { a: { seats: { A: 0 } } } },
  'half a seat': { products: { a: { seats: { A: 0.5 } } } },
  'minus two seats': { products: { a: { seats: { A: -2 } } } },
  'an unknown kind': { products: { a: { kind: 'app', seats: {} } } },
  'an unknown wish for proofs': { products: { a: { seats: {}, deviceProof: true } } },
  'a misspelt setting': { products: PRODUCTS, alowedOrigins: [] },
  'a misspelt detail': { products: PRODUCTS, lease: { hour: 1 } },
  'a misspelt detail of a product': { products: { a: { seat: {} } } },
  'origins that are no list': { products: PRODUCTS, allowedOrigins: '*' },
  'an origin with a path': { products: PRODUCTS, allowedOrigins: ['https://a.b/c'] },
  'an origin without a scheme': { products: PRODUCTS, allowedOrigins: ['a.example'] },
  'a negative time': { products: PRODUCTS, verdicts: { keepDays: -1 } },
  'a fraction as a rate limit': { products: PRODUCTS, rateLimits: { statusPerMinute: 0.5 } },
  'true for rate limits': { products: PRODUCTS, rateLimits: true },
  'an unsafe algorithm': { products: PRODUCTS, lease: { algorithm: 'HS256' } },
  'a public URL that is none': { products: PRODUCTS, publicUrl: 'licenses' },
  'a schema that is no text': { $schema: 1, products: PRODUCTS },
};

for (const [name, config] of Object.entries(VALID)) {
  test(`schema and parser both accept ${name}`, () => {
    const parsed = parseConfig(config, ENV);

    assert.equal(parsed.ok, true, parsed.ok ? '' : parsed.errors.join('\n'));
    assert.equal(validate(config), true, JSON.stringify(validate.errors));
  });
}

for (const [name, config] of Object.entries(INVALID)) {
  test(`schema and parser both refuse ${name}`, () => {
    assert.equal(parseConfig(config, ENV).ok, false);
    assert.equal(validate(config), false);
  });
}

test('the defaults that the schema names are those that the parser takes', () => {
  const written = defaultsOf(SCHEMA) as object;
  const { products: _products, ...defaults } = written as { products?: unknown };

  const explicit = parseConfig({ products: PRODUCTS, ...defaults }, ENV);
  const silent = parseConfig({ products: PRODUCTS }, ENV);

  assert.equal(Object.keys(defaults).length, 8);
  assert.deepEqual(explicit, silent);
});

test('every setting has its sentence', () => {
  const silent = placesOf(SCHEMA).filter(({ schema }) => typeof schema.description !== 'string');

  assert.deepEqual(
    silent.map(({ place }) => place),
    [],
  );
});

/** The configuration in which every setting with a default is written out. */
function defaultsOf(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default;
  const entries = Object.entries(propertiesOf(schema))
    .map(([name, property]) => [name, defaultsOf(property)] as const)
    .filter(([, value]) => value !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function placesOf(schema: JsonSchema, place = ''): { place: string; schema: JsonSchema }[] {
  return Object.entries(propertiesOf(schema)).flatMap(([name, property]) => [
    { place: `${place}${name}`, schema: property },
    ...placesOf(property, `${place}${name}.`),
  ]);
}

const propertiesOf = ({
  properties,
  anyOf = [],
  additionalProperties,
}: JsonSchema): Record<string, JsonSchema> => ({
  ...properties,
  ...anyOf.find((choice) => choice.properties)?.properties,
  ...(typeof additionalProperties === 'object' ? additionalProperties.properties : {}),
});
