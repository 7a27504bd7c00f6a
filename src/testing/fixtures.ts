// Purchases by what comes of them, with keys that never change, so that a test names an outcome and not a UUID.

export type OrderStatus = 'complete' | 'incomplete' | 'refunded';

/** An item of an order: what a license key stands for in the marketplace. */
export interface Purchase {
  /** the Order Item ID */
  readonly key: string;
  /** the product's slug, e.g. `/my-tool` */
  readonly product: string;
  readonly kind: 'software' | 'game';
  readonly productName: string;
  readonly licenseName: string;
  /** the variant's title, where the product has variants */
  readonly variant?: string | undefined;
  readonly status: OrderStatus;
}

export const SELLER_TOKEN = 'seller-token-for-tests';

export const PRODUCT = '/my-tool';

const bought = (key: string, licenseName: string, more: Partial<Purchase> = {}): Purchase => ({
  key,
  product: PRODUCT,
  kind: 'software',
  productName: 'My Tool',
  licenseName,
  status: 'complete',
  ...more,
});

export const PURCHASES = {
  standard: bought('9ded94ea-1d3c-4bf4-8187-64690dc88ff6', 'Standard License'),
  /** Another buyer's. */
  secondStandard: bought('f8769331-452a-499d-aa71-66fb87ae96cb', 'Standard License'),
  team: bought('4f7d9869-b650-44dc-8c84-536f5bc0d96b', 'Team License'),
  company: bought('de29148b-0d9e-4730-8aa9-132c9f67173e', 'Company License'),
  /** Its license name stands in no seat table. */
  renamed: bought('89d84b40-ecd9-4eef-bd0b-6cae1e25e143', 'Professional'),
  withVariant: bought('8de8902c-9717-4d46-b491-e60fb80d34bf', 'Standard License', { variant: 'Windows' }),
  refunded: bought('7ddb3d8b-a0df-49f6-b7be-1da4dc8fef15', 'Standard License', { status: 'refunded' }),
  incomplete: bought('1bbda727-e28c-44cb-b9f8-885d7c47824d', 'Standard License', { status: 'incomplete' }),
  /** With the mock license server another device holds its only seat. */
  seatsFull: bought('0d2b7a5e-3c1f-4e86-9b64-5a7c1e2f9d30', 'Standard License'),
  /** With the mock license server the seller has banned it. */
  banned: bought('6b1f9c42-8e57-4d0a-a2c3-97e4f0b8d615', 'Standard License'),
  otherProduct: bought('28e46507-7bb5-4c6c-a42d-d2d9e7ba8e8d', 'Standard License', {
    product: '/other-tool',
    productName: 'Other Tool',
  }),
  game: bought('371a97d8-becf-4a5f-ab3d-45df1b0395ed', 'Standard License', {
    product: '/my-game',
    kind: 'game',
    productName: 'My Game',
  }),
} as const satisfies Readonly<Record<string, Purchase>>;

/** A well-formed key that nobody has bought. */
export const UNKNOWN_KEY = 'fcd80522-fd69-4bb4-a93f-82f1cbae62b1';

export const MALFORMED_KEY = 'not-a-license-key';

/** License keys by what the mock license server makes of them. */
export const KEYS = {
  /** Standard License: opens on one device */
  valid: PURCHASES.standard.key,
  /** Team License: opens on five devices */
  team: PURCHASES.team.key,
  /** Company License: opens on any number of devices */
  unlimited: PURCHASES.company.key,
  /** another device holds the only seat; it can be released, and then this one opens */
  seatsFull: PURCHASES.seatsFull.key,
  /** the buyer got the money back */
  refunded: PURCHASES.refunded.key,
  /** the seller has banned it */
  banned: PURCHASES.banned.key,
  /** paid, and not yet through: opens once `complete(key)` was called */
  justBought: PURCHASES.incomplete.key,
  /** bought for another app */
  otherProduct: PURCHASES.otherProduct.key,
  /** nobody bought it */
  unknown: UNKNOWN_KEY,
  /** not even a license key */
  malformed: MALFORMED_KEY,
} as const;
