// The license key's one normal form: a lower-case UUID, wherever it was pasted from.
// Client and server share it, so that a key means the same on both sides.

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
  // All patterns are written here: before a gate opens a browser is to make none, and to load no tables of Unicode.
  const invisible = /(?!\u00ad)[\p{Cf}\u034f]/gu;
  /** A run counts as one dash, since a soft hyphen often follows a real one. */
  const dashes = /[\p{Pd}\u00ad\u2043\u2212\u2500]+/gu;
  const folded = text.replace(invisible, '').normalize('NFKC').replace(dashes, '-').toLowerCase();
  const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
  const found = uuid.exec(folded) ?? uuid.exec(folded.replace(/\s+/g, ''));
  if (found) return found[0];
  // Without dashes, once or twice.
  const bare = /^([0-9a-f]{32})\1?$/.exec(folded.replace(/[^0-9a-z]/g, ''));
  return bare?.[1]?.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
