// The server's settings as its parts use them. How a seller writes them is in config-schema.ts.

export interface Product {
  /** as the seller wrote it and the marketplace gets it, e.g. `/my-tool` */
  readonly slug: string;
  /** the slug's normal form, e.g. `my-tool` */
  readonly name: string;
  readonly kind: 'software' | 'game';
  /** by license name; `Infinity` = unlimited */
  readonly seats: ReadonlyMap<string, number>;
  /** for a license name that is not in the table */
  readonly defaultSeats: number;
  /** Whether a device may take a seat without a key that it proves itself with. */
  readonly deviceProof: 'optional' | 'required';
}

/** Per address, where the name says nothing else; 0 = no limit. */
export interface RateLimits {
  readonly activatePerMinute: number;
  readonly deactivatePerMinute: number;
  readonly statusPerMinute: number;
  readonly statusPerMinutePerKey: number;
  readonly unknownKeysPerMinute: number;
  readonly unknownKeysPerHour: number;
}

export interface VerdictTimes {
  /** Younger verdicts are used without asking. */
  readonly freshMs: number;
  /** Younger ones are used, and asked about behind the answer; older ones are asked about first. */
  readonly staleMs: number;
  /** How long past `staleMs` a verdict is used while the marketplace cannot say. */
  readonly keepMs: number;
  /** How far apart two `invalid` must be for the license to be revoked. */
  readonly confirmMs: number;
}

export interface SeatRules {
  /** A device unseen for this long gives way when somebody needs its seat; 0 = never. */
  readonly idleMs: number;
  /** How many new devices a key may bring in a day, where its seats are limited; 0 = any number. */
  readonly newPerDay: number;
}

export type LeaseAlgorithm = 'ES256' | 'Ed25519';

export interface LeaseRules {
  readonly algorithm: LeaseAlgorithm;
  /** `iss` */
  readonly issuer: string;
  readonly validMs: number;
  readonly graceMs: number;
}

export interface ServerConfig {
  readonly products: readonly Product[];
  /** exact origins, or `*` for every origin */
  readonly allowedOrigins: readonly string[];
  /** The URL under which apps reach the server, without a trailing slash. */
  readonly publicUrl: string | undefined;
  /** a file, `:memory:`, or a postgres:// URL */
  readonly database: string;
  readonly verdicts: VerdictTimes;
  readonly marketplace: {
    readonly token: string;
    readonly baseUrl: string;
    readonly verifiesPerMinute: number;
  };
  readonly devices: SeatRules;
  readonly lease: LeaseRules;
  readonly rateLimits: RateLimits;
  readonly trustedProxies: readonly string[];
  /** Secrets from outside; those that are missing are made by the server and kept in the database. */
  readonly secrets: { readonly hash?: string | undefined; readonly signingKeys?: string | undefined };
}

export type Environment = Readonly<Record<string, string | undefined>>;
