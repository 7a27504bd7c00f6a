// `license-gate check`: tries the seller's token, product and a key against the marketplace, as the marketplace's own
// test script does: a valid key, a malformed one, an unknown one, and a valid one for another product.

import { existsSync } from 'node:fs';
import { maskKey, normalizeProduct } from '../protocol/index.ts';
import { createMarketplaceVerifier, parseConfig, type Product, type Verdict } from '../server/index.ts';
import { Misuse, readOptions, type Command } from './command.ts';
import { CONFIG_FILE, readConfig, readEnvironment } from './settings.ts';
import { readKey } from './terminal.ts';

const MALFORMED_KEY = 'not-a-valid-uuid';
const UNKNOWN_KEY = '00000000-0000-0000-0000-000000000000';
const WRONG_SLUG = '/wrong-product-slug';

const ADVICE = {
  refused:
    'the token was refused (401 or 403): create a new one, check that it owns the product, and your subscription',
  busy: 'too many requests: try again in a minute',
  unreachable: 'the marketplace cannot be reached: check the connection and DIMLI_API_URL',
  garbled: 'what answered is not the marketplace: check DIMLI_API_URL',
} as const;

interface Case {
  readonly name: string;
  readonly key: string;
  readonly product: Product;
  readonly isExpected: (verdict: Verdict) => boolean;
}

interface Result {
  readonly name: string;
  readonly ok: boolean;
  readonly result: string;
}

export const check: Command = {
  help: `Checks your token, product and a key against the marketplace, in four cases.

Usage: license-gate check --key KEY --product SLUG [options]

  --key KEY       a license key from a real, completed purchase; - reads it from the standard input
  --product SLUG  the product's slug, such as /my-tool; not needed where the configuration has one product
  --config FILE   configuration (${CONFIG_FILE}, if there is one)
  --json          print the results as JSON

Environment: DIMLI_SELLER_TOKEN (required; or DIMLI_SELLER_TOKEN_FILE), DIMLI_API_URL.
Exit code: 0 when all four are as they should be, else 1.`,

  async run(args) {
    const options = readOptions(args, {
      key: { type: 'string' },
      product: { type: 'string' },
      config: { type: 'string' },
      json: { type: 'boolean', default: false },
    });
    if (options.key === undefined)
      throw new Misuse('--key must be a license key: a1b2c3d4-e5f6-7890-abcd-ef1234567890');
    const key = await readKey(options.key);
    const { product, marketplace } = await settingsFor(options.config, options.product);
    const verifier = createMarketplaceVerifier(marketplace);

    if (!options.json)
      console.log(`Checking ${product.slug} with key ${maskKey(key)} at ${marketplace.baseUrl}\n`);
    const results: Result[] = [];
    for (const item of casesFor(key, product)) {
      const verdict = await verifier.verify(item.product, item.key);
      const ok = item.isExpected(verdict);
      const result = { name: item.name, ok, result: describe(verdict, ok) };
      results.push(result);
      if (!options.json) console.log(`  ${result.ok ? '✓' : '✗'} ${result.name.padEnd(27)} ${result.result}`);
    }
    const isAllOk = results.every(({ ok }) => ok);
    if (options.json)
      console.log(JSON.stringify({ ok: isAllOk, product: product.slug, cases: results }, null, 2));
    else console.log(isAllOk ? '\nAll four are as they should be.' : '\nNot all four are as they should be.');
    return isAllOk ? 0 : 1;
  },
};

const isValid = ({ kind }: Verdict) => kind === 'valid';
const isInvalid = ({ kind }: Verdict) => kind === 'invalid';
/** For a product that the token does not own, the marketplace may answer 403 instead. */
const isDenied = (verdict: Verdict) =>
  verdict.kind === 'invalid' || (verdict.kind === 'unknown' && verdict.why === 'refused');

function casesFor(key: string, product: Product): readonly Case[] {
  return [
    { name: 'valid key', key, product, isExpected: isValid },
    { name: 'malformed key', key: MALFORMED_KEY, product, isExpected: isInvalid },
    { name: 'unknown key', key: UNKNOWN_KEY, product, isExpected: isInvalid },
    {
      name: 'valid key, another product',
      key,
      product: { ...product, slug: WRONG_SLUG },
      isExpected: isDenied,
    },
  ];
}

function describe(verdict: Verdict, isExpected: boolean): string {
  switch (verdict.kind) {
    case 'valid':
      return `valid: ${[verdict.productName, verdict.licenseName, verdict.variant].filter(Boolean).join(', ')}`;
    case 'invalid':
      return 'rejected as invalid';
    case 'unknown':
      return isExpected ? 'rejected: the token does not own that product' : ADVICE[verdict.why];
  }
}

/** From the configuration where there is one; a slug and the environment are enough. */
async function settingsFor(file: string | undefined, slug: string | undefined) {
  const name = slug === undefined ? undefined : normalizeProduct(slug);
  if (slug !== undefined && name === undefined)
    throw new Misuse(`--product "${slug}" is no slug such as /my-tool.`);
  const config = file !== undefined || existsSync(CONFIG_FILE) ? readConfig(file) : configFor(slug);
  const [only] = config.products;
  const product = name === undefined ? only : config.products.find((candidate) => candidate.name === name);
  if (!product) throw new Misuse(`--product ${slug} is not in the configuration.`);
  if (name === undefined && config.products.length > 1)
    throw new Misuse('--product is needed: there are several.');
  return { product, marketplace: config.marketplace };
}

function configFor(slug: string | undefined) {
  if (slug === undefined) throw new Misuse('--product is needed where there is no configuration.');
  const { values, errors } = readEnvironment(process.env);
  const result = parseConfig({ products: { [slug]: { seats: {} } } }, values);
  if (!result.ok) throw new Error([...errors, ...result.errors].join('\n'));
  return result.config;
}
