// Opens the seller's desk for one license: configuration, database and key in, the license out, and everything closed
// again. Works beside running servers, on the database that they share.

import { existsSync } from 'node:fs';
import { maskKey, normalizeProduct } from '../protocol/index.ts';
import { createDesk, openStore, type Desk, type Holding, type LicenseStore } from '../server/index.ts';
import { Misuse } from './command.ts';
import { CONFIG_FILE, isFile, readConfigWithoutKeys, shown, withDatabase } from './settings.ts';
import { plain, readKey, time } from './terminal.ts';

/** The options that every command at the desk has. */
export const DESK_OPTIONS = {
  product: { type: 'string' },
  config: { type: 'string' },
  database: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const DESK_HELP = `  --product SLUG    whose license is meant; needed only where a key stands for several
  --config FILE     configuration (${CONFIG_FILE})
  --database NAME   file or postgres:// URL, instead of the configured one
  --json            print the result as JSON

KEY may be - : it is then read from the standard input, and stays out of your shell's history.
Servers may go on running meanwhile.`;

interface DeskValues {
  readonly product?: string | undefined;
  readonly config?: string | undefined;
  readonly database?: string | undefined;
}

/** @throws where the database cannot be read, or no license is found */
export async function atDesk<R>(
  word: string,
  values: DeskValues,
  work: (desk: Desk, holding: Holding, key: string) => Promise<R>,
): Promise<R> {
  const key = await readKey(word);
  const config = withDatabase(readConfigWithoutKeys(values.config), values.database);
  const { database } = config;
  if (database === ':memory:')
    throw new Error('The database ":memory:" is inside its server, where no command can look.');
  if (isFile(database) && !existsSync(database))
    throw new Error(`There is no database ${database} yet: a server makes it when it first starts.`);
  const store = await open(database);
  try {
    const desk = await createDesk({ config, store });
    const found = await desk.find(key);
    return await work(desk, choose(found, values.product, key, database), maskKey(key));
  } catch (cause) {
    throw isBusy(cause) ? new Error(busy(database), { cause }) : cause;
  } finally {
    await store.close();
  }
}

async function open(database: string): Promise<LicenseStore> {
  try {
    return await openStore(database);
  } catch (cause) {
    throw isBusy(cause) ? new Error(busy(database), { cause }) : cause;
  }
}

const isBusy = (cause: unknown): boolean =>
  cause instanceof Error && /database( table)? is locked/.test(cause.message);

const busy = (database: string): string =>
  `The database ${shown(database)} is locked by another process: try again, and find out what holds it for so long.`;

function choose(found: readonly Holding[], slug: string | undefined, key: string, database: string): Holding {
  const name = slug === undefined ? undefined : normalizeProduct(slug);
  if (slug !== undefined && name === undefined)
    throw new Misuse(`--product "${slug}" is no slug such as /my-tool.`);
  const [holding, ...others] = found.filter(({ product }) => name === undefined || product.name === name);
  if (!holding) {
    const where = `in ${shown(database)}${slug === undefined ? '' : ` for ${slug}`}`;
    const secret = process.env.LICENSE_GATE_HASH_SECRET
      ? 'It is looked for with LICENSE_GATE_HASH_SECRET, which must be the servers’.'
      : 'Where the servers get LICENSE_GATE_HASH_SECRET, this command needs it, too.';
    throw new Error(`The key ${maskKey(key)} has never been activated ${where}. ${secret}`);
  }
  if (others.length > 0)
    throw new Misuse(
      `The key stands for several products: add --product ${found.map(({ product }) => product.slug).join(' or --product ')}.`,
    );
  return holding;
}

/** e.g. `9ded••••8ff6: Standard License of /my-tool, banned since …, 1 of 1 seats taken` */
export function describe(masked: string, { product, license, maxDevices }: Holding): string {
  const seats = Number.isFinite(maxDevices)
    ? `${license.devicesUsed} of ${maxDevices}`
    : `${license.devicesUsed}`;
  const name = [license.licenseName, license.variant].filter((part) => part !== undefined).join(', ');
  return `${masked}: ${plain(name)} of ${product.slug}, ${standing(license)}, ${seats} seats taken`;
}

function standing({ bannedAt, revokedAt, invalidSince, verifiedAt }: Holding['license']): string {
  if (bannedAt !== undefined) return `banned since ${time(bannedAt)}`;
  if (revokedAt !== undefined) return `revoked by the marketplace since ${time(revokedAt)}`;
  if (invalidSince !== undefined) return `called invalid at ${time(invalidSince)}, not yet confirmed`;
  return `confirmed at ${time(verifiedAt)}`;
}

/** The license as programs read it. */
export const asJson = ({ product, license, maxDevices }: Holding) => ({
  product: product.slug,
  licenseName: license.licenseName,
  variant: license.variant,
  state: license.bannedAt !== undefined ? 'banned' : license.revokedAt !== undefined ? 'revoked' : 'licensed',
  verifiedAt: new Date(license.verifiedAt).toISOString(),
  bannedAt: license.bannedAt === undefined ? undefined : new Date(license.bannedAt).toISOString(),
  revokedAt: license.revokedAt === undefined ? undefined : new Date(license.revokedAt).toISOString(),
  devicesUsed: license.devicesUsed,
  maxDevices: Number.isFinite(maxDevices) ? maxDevices : 'unlimited',
});
