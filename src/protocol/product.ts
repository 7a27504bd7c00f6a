// The product slug's one normal form: `/my-tool`, `my-tool` and `software/my-tool` are one product.

const SLUG = /^[\p{L}\p{N}][\p{L}\p{N}._~-]*$/u;

/** @returns the slug without slash or section, in lower case, or `undefined` where the text is no slug */
export function normalizeProduct(text: string): string | undefined {
  const slug = text
    .trim()
    .toLowerCase()
    .replace(/^\/+|\/+$/g, '')
    .replace(/^(?:software|games)\//, '');
  return slug.length <= 200 && SLUG.test(slug) ? slug : undefined;
}
