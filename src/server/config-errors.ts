// Says what is wrong with a configuration: where, what, and what to do about it. One sentence for each error.

import { isAddressOrNetwork } from './address.ts';
import { KNOWN_NAMES } from './config-schema.ts';
import type { Environment, Product } from './settings.ts';
import { nearest } from './spelling.ts';

const TOKEN_PAGE = 'https://www.3dimli.com/dashboard/seller/settings/api-tokens';

type Issue = {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly keys?: readonly string[];
};

/** Where, and what is wrong there. */
export function issueErrors({ path, message, ...issue }: Issue): string[] {
  // Only zod's "unrecognized_keys" has keys.
  const unknown = issue.keys;
  if (!unknown) return [`${placeOf(path) || 'The configuration'} ${message}`];
  return unknown.map((name) => {
    const meant = nearest(name, KNOWN_NAMES);
    return `${placeOf([...path, name])} is not a known setting${meant ? `; did you mean "${meant}"?` : ''}`;
  });
}

const placeOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => String(part))
    .map((part, at) =>
      /^[a-z$]\w*$/i.test(part) ? `${at === 0 ? '' : '.'}${part}` : `[${JSON.stringify(part)}]`,
    )
    .join('');

export function productErrors(products: readonly Product[]): string[] {
  if (products.length === 0)
    return ['products is empty: name at least one product by its slug, such as "/my-tool"'];
  return products.flatMap(({ slug, name }, at) => {
    const twin = products.slice(0, at).find((earlier) => earlier.name === name);
    if (name === '')
      return [
        `products[${JSON.stringify(slug)}] is not a slug: take the last part of the product's URL, "/my-tool"`,
      ];
    return twin
      ? [`products[${JSON.stringify(slug)}] and [${JSON.stringify(twin.slug)}] are the same product`]
      : [];
  });
}

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/\s]+$/i;

export const originErrors = (text: string): string[] =>
  text === '*' || text === 'null' || ORIGIN.test(originOf(text))
    ? []
    : [
        `allowedOrigins: ${JSON.stringify(text)} is not an origin: write scheme and host only, "https://app.example.com"`,
      ];

/** As browsers write it. `URL` knows the origins of web addresses, and calls those of apps `null`. */
export function originOf(text: string): string {
  const trimmed = text.trim().replace(/\/$/, '');
  return /^https?:\/\/[^/]+$/i.test(trimmed) && URL.canParse(trimmed) ? new URL(trimmed).origin : trimmed;
}

export const proxyErrors = (text: string): string[] =>
  isAddressOrNetwork(text)
    ? []
    : [`trustedProxies: ${JSON.stringify(text)} is neither an address nor a network such as "10.0.0.0/8"`];

export function environmentErrors(env: Environment): string[] {
  const errors: string[] = [];
  const token = env.DIMLI_SELLER_TOKEN?.trim();
  if (!token)
    errors.push(
      `DIMLI_SELLER_TOKEN is not set: create a license-verification token at ${TOKEN_PAGE} and put it into the ` +
        'environment, or the path of a file with it into DIMLI_SELLER_TOKEN_FILE',
    );
  else if (!/^[\x21-\x7e]+$/.test(token))
    errors.push(
      'DIMLI_SELLER_TOKEN holds spaces, line breaks or other characters that no token has: copy it again',
    );
  for (const name of Object.keys(env))
    if (/(?:PUBLIC|VITE|REACT_APP)_DIMLI_SELLER_TOKEN$/.test(name) && env[name])
      errors.push(`${name} would put your seller token into the page: remove it, and create a new token`);
  const url = env.DIMLI_API_URL?.trim();
  if (url && !isSafeUrl(url))
    errors.push(
      'DIMLI_API_URL must be an https:// URL, or http:// on this machine: your seller token is sent there',
    );
  if (env.LICENSE_GATE_HASH_SECRET && env.LICENSE_GATE_HASH_SECRET.length < 32)
    errors.push('LICENSE_GATE_HASH_SECRET must have 32 characters or more');
  return errors;
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}
