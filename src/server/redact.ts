// Takes out of a text what must not be read there: license keys and device ids, which are UUIDs in whatever spelling,
// and secrets that are known by their value.

import { normalizeKey } from '../protocol/index.ts';

export type Redact = (text: string) => string;

const REDACTED = '[redacted]';

/** With its dashes, or with the ones that a URL writes; or with none, where it is no part of a longer hash. */
const KEY =
  /[0-9a-f]{8}(?:(?:-|%2d)[0-9a-f]{4}){3}(?:-|%2d)[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/gi;
const SHORTEST_KEY = 32;
/** A shorter secret would be found in ordinary words. */
const SHORTEST_SECRET = 8;
/** Nobody reads more than this, and it need not be searched. */
const LONGEST_TEXT = 10_000;

/** @param secrets by their value, e.g. the seller's token; those shorter than 8 characters are not looked for */
export function createRedact(secrets: readonly (string | undefined)[] = []): Redact {
  const known = secrets
    .filter((secret) => secret !== undefined)
    .filter((secret) => secret.length >= SHORTEST_SECRET);
  const shortest = Math.min(SHORTEST_KEY, ...known.map((secret) => secret.length));

  return (text) => {
    if (text.length < shortest) return text;
    let rest = text;
    for (const secret of known) rest = rest.replaceAll(secret, REDACTED);
    rest = rest.replace(KEY, REDACTED);
    if (rest.length > LONGEST_TEXT) rest = `${rest.slice(0, LONGEST_TEXT)}…`;
    // A key in a spelling that cannot be cut out, such as with smart dashes, takes the whole text with it.
    return normalizeKey(rest) === undefined ? rest : REDACTED;
  };
}

/** Where no secret can be, since it was not the server that wrote it. */
export const redactKeys: Redact = createRedact();
