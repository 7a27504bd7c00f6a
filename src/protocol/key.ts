// The license key's one normal form: a lower-case UUID, wherever it was pasted from.
// Client and server share it, so that a key means the same on both sides.

/** A run counts as one dash, since a soft hyphen often follows a real one. */
const DASHES = /[\p{Pd}\u00ad\u2043\u2212\u2500]+/gu;
const INVISIBLE = /(?!\u00ad)[\p{Cf}\u034f]/gu;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
/** Without dashes, once or twice. */
const BARE_UUID = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})(?:\1\2\3\4\5)?$/;

/** Longer input cannot be a pasted key or mail and is not searched. */
const LONGEST_PASTE = 20_000;

/**
 * Finds the license key in whatever was typed or pasted: a bare key, one in braces or quotes, with smart
 * dashes, full-width digits or invisible characters, without its dashes, doubled, or inside a whole e-mail.
 *
 * @returns the key as a lower-case UUID, or `undefined` where the text cannot hold one
 */
export function normalizeKey(text: string): string | undefined {
  if (text.length > LONGEST_PASTE) return undefined;
  const folded = text.replace(INVISIBLE, '').normalize('NFKC').replace(DASHES, '-').toLowerCase();
  const found = UUID.exec(folded) ?? UUID.exec(folded.replace(/\s+/g, ''));
  if (found) return found[0];
  const bare = BARE_UUID.exec(folded.replace(/[^0-9a-z]/g, ''));
  return bare?.slice(1, 6).join('-');
}

/** The key as it may be shown on a screen that others see, e.g. `a1b2••••7890`. */
export const maskKey = (key: string): string => `${key.slice(0, 4)}••••${key.slice(-4)}`;
