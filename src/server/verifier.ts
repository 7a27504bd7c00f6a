// The verifier's port: whoever can say whether a key was bought. The marketplace's is in verifiers/3dimli.ts.

import type { Product } from './settings.ts';

/** A license key that somebody brought, and the product it is to open. */
export interface Subject {
  readonly product: Product;
  /** in its normal form */
  readonly key: string;
  readonly keyHash: string;
}

/** Why nobody could say. */
export type Obstacle =
  /** the seller's token or subscription was refused */
  | 'refused'
  /** too many requests: theirs (429) or our own budget */
  | 'busy'
  /** no answer, or none in time */
  | 'unreachable'
  /** an answer that makes no sense */
  | 'garbled';

export type Verdict =
  | {
      readonly kind: 'valid';
      readonly licenseName: string;
      readonly productName?: string | undefined;
      readonly variant?: string | undefined;
    }
  | { readonly kind: 'invalid' }
  /** Not a statement about the key: it never refuses and never revokes. */
  | { readonly kind: 'unknown'; readonly why: Obstacle; readonly retryAfterMs?: number | undefined };

export interface Verifier {
  /** Asks about a key in its normal form. It resolves whatever happens, within a few seconds. */
  verify(product: Product, key: string): Promise<Verdict>;
}
