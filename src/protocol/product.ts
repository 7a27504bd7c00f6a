// The product slug's one normal form: `/my-tool`, `my-tool` and `software/my-tool` are one product.

/** @returns the slug without slash or section, in lower case, or `undefined` where the text is no slug */
export function normalizeProduct(text: string): string | undefined {
  const parts = text.trim().toLowerCase().split('/').filter(Boolean);
  // No patterns where plain text will do: a browser takes its time to compile each.
  if (parts.length > 1 && (parts[0] === 'software' || parts[0] === 'games')) parts.shift();
  const slug = parts.join('/');
  return slug.length <= 200 && isSlug(slug) ? slug : undefined;
}

/** Most are plain, and Unicode's tables cost a browser a millisecond, which is a third of what opening a gate may. */
const isSlug = (text: string): boolean =>
  /^[a-z0-9][a-z0-9._~-]*$/.test(text) || /^[\p{L}\p{N}][\p{L}\p{N}._~-]*$/u.test(text);
