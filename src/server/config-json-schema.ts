// The configuration file as a JSON Schema, for editors: the parser's own rules, with a sentence and the default for
// each setting. What two settings must be together, a schema cannot say; `license-gate serve` does.

import * as z from 'zod/mini';
import { ConfigFile } from './config-schema.ts';

/** A piece of a JSON Schema. */
export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  anyOf?: JsonSchema[];
  additionalProperties?: JsonSchema | boolean;
}

type Note = readonly [description: string, standard?: unknown];

const PER_ADDRESS = 'for each address; 0 = no limit';

/** What each setting is, and its default. */
const NOTES: Readonly<Record<string, Note>> = {
  $schema: ['Where this schema is, so that editors know it.'],
  products: ['What you sell here, by product slug, such as "/my-tool".'],
  'products.*.kind': ['Games are verified at an address of their own.', 'software'],
  'products.*.seats': [
    'How many devices may use a license at once, by license name: a number, or "unlimited" (-1 is the same).',
  ],
  'products.*.defaultSeats': ['Seats of a license whose name is not under "seats".', 1],
  'products.*.deviceProof': [
    'Whether a device may take a seat without a key that it proves itself with. "required" shuts out browsers that cannot keep one.',
    'optional',
  ],
  allowedOrigins: [
    'The origins of the pages that may use this server, such as "https://app.example.com"; "*" is every origin.',
    [],
  ],
  publicUrl: ['The URL under which apps reach this server; leases name it as their issuer.'],
  database: ['A file beside this one, ":memory:", or a postgres:// URL.', 'licenses.db'],
  verdicts: ['How long an answer of the marketplace about a key counts.'],
  'verdicts.freshHours': ['Younger answers are used without asking again.', 24],
  'verdicts.staleHours': ['Younger answers are used, and asked for again behind the answer.', 48],
  'verdicts.keepDays': ['How long past that an answer is used while the marketplace cannot say.', 7],
  'verdicts.confirmMinutes': ['How far apart two refusals must be for a license to be revoked.', 10],
  marketplace: ['How the marketplace is asked.'],
  'marketplace.verifiesPerMinute': ['How often it is asked in a minute; it allows 30 to each address.', 27],
  devices: ['Who keeps a seat.'],
  'devices.idleDays': ['A device unseen for so long gives way when somebody needs its seat; 0 = never.', 30],
  'devices.newPerDay': [
    'How many new devices a key may bring in a day, where its seats are limited; 0 = any number.',
    10,
  ],
  lease: ['The signed statement that a device may use a license.'],
  'lease.algorithm': ['What leases are signed with.', 'ES256'],
  'lease.hours': ['How long a lease is valid for back ends.', 24],
  'lease.graceDays': ['How long an app stays open after the last contact.', 7],
  rateLimits: [
    'How often one address or key may ask; false = no limits at all, behind a gateway that has some.',
  ],
  'rateLimits.activatePerMinute': [`Activations, ${PER_ADDRESS}.`, 10],
  'rateLimits.deactivatePerMinute': [`Deactivations, ${PER_ADDRESS}.`, 10],
  'rateLimits.statusPerMinute': [`Reports, ${PER_ADDRESS}.`, 60],
  'rateLimits.statusPerMinutePerKey': ['Reports, for each key; 0 = no limit.', 30],
  'rateLimits.unknownKeysPerMinute': [`Keys never seen before, ${PER_ADDRESS}.`, 5],
  'rateLimits.unknownKeysPerHour': [`Keys never seen before, ${PER_ADDRESS}.`, 30],
  trustedProxies: ['Addresses or networks of your own proxies, whose X-Forwarded-For is believed.', []],
};

/** What the parser checks beside the schema, as far as a pattern can say it. */
const SLUG = '^\\s*/*((software|games)/)?[\\p{L}\\p{N}][\\p{L}\\p{N}._~-]*/*\\s*$';
const ORIGIN = '^(\\*|null|\\s*[A-Za-z][A-Za-z0-9+.\\-]*://[^/\\s]+/?\\s*)$';

/** The schema in JSON Schema's draft 2020-12. */
export function configJsonSchema(): JsonSchema {
  // The file is read as it is written, so what may be left out is not required.
  const schema = z.toJSONSchema(ConfigFile, { io: 'input' }) as JsonSchema;
  annotate(schema, '');
  Object.assign(schema.properties?.products ?? {}, { minProperties: 1, propertyNames: { pattern: SLUG } });
  Object.assign((schema.properties?.allowedOrigins?.items as JsonSchema | undefined) ?? {}, {
    pattern: ORIGIN,
  });
  return { title: 'Configuration of a license-gate license server', ...schema };
}

function annotate(schema: JsonSchema, place: string): void {
  const [description, standard] = NOTES[place] ?? [];
  if (description !== undefined) schema.description = description;
  if (standard !== undefined) schema.default = standard;
  for (const [name, property] of Object.entries(schema.properties ?? {}))
    annotate(property, place ? `${place}.${name}` : name);
  for (const choice of schema.anyOf ?? []) if (choice.properties) annotate(choice, `${place}`);
  if (place === 'products' && typeof schema.additionalProperties === 'object')
    annotate(schema.additionalProperties, `${place}.*`);
}
