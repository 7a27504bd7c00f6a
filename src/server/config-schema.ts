// What a seller may write into license-gate.config.json, with the sentence for each thing that can be wrong.

import * as z from 'zod/mini';
import { normalizeProduct } from '../protocol/index.ts';
import { isAddressOrNetwork } from './address.ts';
import { isOrigin } from './origin.ts';

const time = (unit: string) => {
  const wrong = `must be a number of ${unit}, 0 or more (fractions are allowed)`;
  return z.number({ error: wrong }).check(z.minimum(0, { error: wrong }));
};

const perTime = (unit: string) => {
  const wrong = `must be a whole number a ${unit}, 0 or more (0 = no limit)`;
  return z.int({ error: wrong }).check(z.minimum(0, { error: wrong }));
};

/** Younger verdicts are used without asking, where the file does not say otherwise. */
export const FRESH_HOURS = 24;

const issueAt = (name: string, message: string) => ({ code: 'custom' as const, path: [name], message });

const UNLIMITED = [z.literal('unlimited'), z.literal(-1)] as const;

const NO_SEATS = 'must be a whole number of seats, 1 or more, or "unlimited"';

const seats = z.union([z.int().check(z.minimum(1, { error: NO_SEATS })), ...UNLIMITED], { error: NO_SEATS });

const object = <const T extends z.core.$ZodShape>(shape: T, error = 'must be an object: { … }') =>
  z.strictObject(shape, { error });

/** @param wrong what an entry is that does not hold */
const list = (of: string, holds: (text: string) => boolean, wrong: string) => {
  const error = ({ input }: { readonly input: unknown }) => `${JSON.stringify(input)} is ${wrong}`;
  const entry = z.string({ error: 'must be text' }).check(z.refine<string>(holds, { error }));
  return z.array(entry, { error: `must be a list of ${of}: ["…"]` });
};

/** Looked at also where something inside of it is wrong, so that all errors are told at once. */
const always = {
  when: ({ value }: { readonly value: unknown }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value),
};

const Product = object({
  kind: z.optional(z.enum(['software', 'game'], { error: 'must be "software" or "game"' })),
  seats: z.record(z.string(), seats, {
    error: 'must say how many seats each license name has: { "Standard License": 1 }',
  }),
  defaultSeats: z.optional(seats),
  deviceProof: z.optional(z.enum(['optional', 'required'], { error: 'must be "optional" or "required"' })),
});

const Products = z
  .record(z.string(), Product, {
    error:
      'is missing: name your products by their slugs: { "/my-tool": { "seats": { "Standard License": 1 } } }',
  })
  .check(
    z.superRefine((products, { addIssue }) => {
      const slugs = Object.keys(products);
      if (slugs.length === 0) addIssue('is empty: name at least one product by its slug, such as "/my-tool"');
      for (const [at, slug] of slugs.entries()) {
        const name = normalizeProduct(slug);
        const twin = slugs.slice(0, at).find((earlier) => normalizeProduct(earlier) === name);
        if (name === undefined)
          addIssue(issueAt(slug, 'is not a slug: take the last part of the product\'s URL, "/my-tool"'));
        else if (twin !== undefined)
          addIssue(issueAt(slug, `and [${JSON.stringify(twin)}] are the same product`));
      }
    }, always),
  );

const Verdicts = object({
  freshHours: z.optional(time('hours')),
  staleHours: z.optional(time('hours')),
  keepDays: z.optional(time('days')),
  confirmMinutes: z.optional(time('minutes')),
}).check(
  z.superRefine(({ freshHours = FRESH_HOURS, staleHours = freshHours }, { addIssue }) => {
    if (staleHours < freshHours)
      addIssue(
        issueAt('staleHours', `(${staleHours}) must not be less than verdicts.freshHours (${freshHours})`),
      );
  }, always),
);

const SECTIONS = {
  verdicts: Verdicts,
  marketplace: object({ verifiesPerMinute: z.optional(perTime('minute')) }),
  devices: object({ idleDays: z.optional(time('days')), newPerDay: z.optional(perTime('day')) }),
  lease: object({
    algorithm: z.optional(z.enum(['ES256', 'Ed25519'], { error: 'must be "ES256" or "Ed25519"' })),
    hours: z.optional(time('hours')),
    graceDays: z.optional(time('days')),
  }),
  rateLimits: object({
    activatePerMinute: z.optional(perTime('minute')),
    deactivatePerMinute: z.optional(perTime('minute')),
    statusPerMinute: z.optional(perTime('minute')),
    statusPerMinutePerKey: z.optional(perTime('minute')),
    unknownKeysPerMinute: z.optional(perTime('minute')),
    unknownKeysPerHour: z.optional(perTime('hour')),
  }),
};

export const ConfigFile = object(
  {
    $schema: z.optional(z.string()),
    products: Products,
    allowedOrigins: z.optional(
      list('origins', isOrigin, 'not an origin: write scheme and host only, "https://app.example.com"'),
    ),
    publicUrl: z.optional(z.url({ error: 'must be the URL under which apps reach this server' })),
    database: z.optional(z.string({ error: 'must be a file name, ":memory:" or a postgres:// URL' })),
    verdicts: z.optional(SECTIONS.verdicts),
    marketplace: z.optional(SECTIONS.marketplace),
    devices: z.optional(SECTIONS.devices),
    lease: z.optional(SECTIONS.lease),
    rateLimits: z.optional(
      z.union([z.literal(false), SECTIONS.rateLimits], {
        error: 'must be an object: { … }, or false for no limits at all',
      }),
    ),
    trustedProxies: z.optional(
      list(
        'addresses or networks, such as "10.0.0.0/8"',
        isAddressOrNetwork,
        'neither an address nor a network such as "10.0.0.0/8"',
      ),
    ),
  },
  'must be a JSON object: { "products": … }',
);

export type ConfigFile = z.infer<typeof ConfigFile>;

/** All names that the file knows, to guess what a misspelt one was meant to be. */
export const KNOWN_NAMES: readonly string[] = [
  ...Object.keys(ConfigFile.shape),
  ...Object.keys(Product.shape),
  ...Object.values(SECTIONS).flatMap((section) => Object.keys(section.shape)),
];
