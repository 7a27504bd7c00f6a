// Reads what was asked: the body's fields by their schema, and the product that is meant.

import { ActivateRequest, DeactivateRequest, StatusRequest, normalizeProduct } from '../protocol/index.ts';
import { turnAway, type Refusal } from './answers.ts';
import type { Product } from './settings.ts';

export type Asked<T> =
  | { readonly ok: true; readonly request: T; readonly product: Product }
  | { readonly ok: false; readonly refusal: Refusal };

type Fields = Readonly<Record<string, unknown>>;

interface Schema<T> {
  safeParse(
    value: unknown,
  ): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } };
}
interface Issue {
  readonly path: readonly PropertyKey[];
}

export interface Form<T> {
  readonly schema: Schema<T>;
  /** What the guide's servers answer where a required field is missing. */
  readonly required: string;
  readonly isComplete: (fields: Fields) => boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

export const ACTIVATE: Form<ActivateRequest> = {
  schema: ActivateRequest,
  required: 'licenseKey and deviceId required',
  isComplete: ({ licenseKey, deviceId }) => isText(licenseKey) && isText(deviceId),
};

export const DEACTIVATE: Form<DeactivateRequest> = {
  schema: DeactivateRequest,
  required: 'licenseKey and deviceId required',
  isComplete: ({ licenseKey, deviceId, device }) =>
    isText(licenseKey) && (isText(deviceId) || isText(device)),
};

export const STATUS: Form<StatusRequest> = {
  schema: StatusRequest,
  required: 'licenseKey required',
  isComplete: ({ licenseKey }) => isText(licenseKey),
};

/**
 * @param text JSON
 * @param products the first is meant where there is only one and the request names none
 */
export function readRequest<T extends { readonly product?: string | undefined }>(
  text: string,
  form: Form<T>,
  products: ReadonlyMap<string, Product>,
): Asked<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return turned('The body is not valid JSON.');
  }
  const fields: Fields = typeof json === 'object' && json !== null ? { ...json } : {};
  if (!form.isComplete(fields)) return turned(form.required);
  const parsed = form.schema.safeParse(json);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.flatMap(({ path }) => path.slice(0, 1).map(String)))];
    return turned(
      `${names.join(', ') || 'A field'} must be text, not too long and without broken characters.`,
    );
  }
  const product = productFor(parsed.data.product, products);
  if (product) return { ok: true, request: parsed.data, product };
  const known = [...products.values()].map(({ slug }) => slug).join(', ');
  return turned(`product must name one of this server's products: ${known}`);
}

function productFor(slug: string | undefined, products: ReadonlyMap<string, Product>): Product | undefined {
  if (slug !== undefined) return products.get(normalizeProduct(slug) ?? '');
  return products.size === 1 ? products.values().next().value : undefined;
}

const turned = (error: string) => ({ ok: false, refusal: turnAway('malformed', error) }) as const;
