// Says what is wrong with a configuration: where, what, and what to do about it. One sentence for each error.

import { KNOWN_NAMES } from './config-schema.ts';
import { readKeyRing } from './key-ring.ts';
import type { Environment, LeaseAlgorithm } from './settings.ts';
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
    .map((part, at) =>
      typeof part === 'string' && /^[a-z$]\w*$/i.test(part)
        ? `${at === 0 ? '' : '.'}${part}`
        : `[${JSON.stringify(part)}]`,
    )
    .join('');

/** @param algorithm what leases are to be signed with */
export function environmentErrors(env: Environment, algorithm: LeaseAlgorithm): string[] {
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
  if (env.LICENSE_GATE_SIGNING_KEYS)
    errors.push(...signingKeyErrors(env.LICENSE_GATE_SIGNING_KEYS, algorithm));
  return errors;
}

function signingKeyErrors(keys: string, algorithm: LeaseAlgorithm): string[] {
  try {
    readKeyRing(keys, algorithm);
    return [];
  } catch (cause) {
    return [`LICENSE_GATE_SIGNING_KEYS cannot be used. ${(cause as Error).message}`];
  }
}

function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return protocol === 'https:' || (protocol === 'http:' && isHere);
}
