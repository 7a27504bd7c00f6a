// The product slug's one normal form: `/my-tool`, `my-tool` and `software/my-tool` are one product.

/** @returns the slug without slash or section, in lower case, or `undefined` where the text is no slug */
export function normalizeProduct(text: string): string | undefined {
  const parts = text.trim().toLowerCase().split('/').filter(Boolean);
  if (parts.length > 1 && (parts[0] === 'software' || parts[0] === 'games')) parts.shift();
  const slug = parts.join('/');
  return slug && slug.length <= 200 && isSlug(slug) ? slug : undefined;
}

/** Most are plain. A page's first pattern costs a browser half a millisecond and Unicode's tables another: too long for an app to wait. */
const isSlug = (text: string): boolean =>
  [...text].every((char, at) => isPlain(char) || (at && '._~-'.includes(char))) ||
  /^[\p{L}\p{N}][\p{L}\p{N}._~-]*$/u.test(text);

/** A letter or a digit of ASCII. */
const isPlain = (char: string): boolean => parseInt(char, 36) >= 0;
