// The settings of a seller who has written nothing but a product.
import { parseConfig } from '../src/server/config.ts';

export const DEFAULTS = readDefaults();
export const [PRODUCT] = DEFAULTS.products;

function readDefaults() {
  const result = parseConfig(
    { products: { '/my-tool': { seats: {} } }, allowedOrigins: ['*'] },
    { DIMLI_SELLER_TOKEN: 'token-that-nobody-asks-for' },
  );
  if (!result.ok) throw new Error(result.errors.join('\n'));
  const { config } = result;
  const [product] = config.products;
  if (!product) throw new Error('There is no product.');
  return { ...config, products: [product] as const };
}
