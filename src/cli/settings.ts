// Reads the configuration file and the environment for all commands, and gathers everything that is wrong with them.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseConfig, type Environment, type ServerConfig } from '../server/index.ts';

export { shownDatabase as shown } from '../server/index.ts';

export const CONFIG_FILE = 'license-gate.config.json';

/** @throws an Error whose message is the list of everything that is wrong */
export function readConfig(file = CONFIG_FILE, env: Environment = process.env): ServerConfig {
  const { values, errors } = readEnvironment(env);
  const json = readJson(file);
  const result = parseConfig(json.value, values);
  const all = [...errors, ...json.errors, ...(result.ok || json.errors.length > 0 ? [] : result.errors)];
  if (!result.ok || all.length > 0) throw new Error(listOf(file, all));
  return { ...result.config, database: databaseAt(result.config.database, file) };
}

/** For commands that have nothing to do with the marketplace, and so need no token. */
export const readConfigWithoutToken = (file?: string): ServerConfig =>
  readConfig(file, { ...process.env, DIMLI_SELLER_TOKEN: 'not-needed' });

/** For commands that sign nothing either: keys that cannot be used do not stand in their way. */
export const readConfigWithoutKeys = (file?: string): ServerConfig =>
  readConfig(file, {
    ...process.env,
    DIMLI_SELLER_TOKEN: 'not-needed',
    LICENSE_GATE_SIGNING_KEYS: undefined,
    LICENSE_GATE_SIGNING_KEYS_FILE: undefined,
  });

/** The database that `--database` names, in place of the configured one. */
export const withDatabase = (config: ServerConfig, database: string | undefined): ServerConfig =>
  database === undefined ? config : { ...config, database: isFile(database) ? resolve(database) : database };

export const isFile = (database: string): boolean =>
  database !== ':memory:' && !/^postgres(ql)?:/.test(database);

/** The secrets, each from its variable or from the file that `<variable>_FILE` names. */
const SECRETS = ['DIMLI_SELLER_TOKEN', 'LICENSE_GATE_HASH_SECRET', 'LICENSE_GATE_SIGNING_KEYS'] as const;

export function readEnvironment(env: Environment): { values: Environment; errors: string[] } {
  const values: Record<string, string | undefined> = { ...env };
  const errors: string[] = [];
  for (const name of SECRETS) {
    const file = env[`${name}_FILE`];
    if (values[name] || !file) continue;
    try {
      values[name] = readFileSync(file, 'utf8').trim();
    } catch (cause) {
      errors.push(`${name}_FILE: ${file} cannot be read (${codeOf(cause)})`);
    }
  }
  return { values, errors };
}

function readJson(file: string): { value: unknown; errors: string[] } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (cause) {
    const hint = 'name it with --config, or write one with license-gate init';
    return { value: undefined, errors: [`${file} cannot be read (${codeOf(cause)}): ${hint}`] };
  }
  try {
    return { value: JSON.parse(text), errors: [] };
  } catch (cause) {
    return { value: undefined, errors: [`${file} is not valid JSON: ${(cause as Error).message}`] };
  }
}

/** A relative file belongs beside its configuration, wherever the command is started. */
const databaseAt = (database: string, configFile: string): string =>
  isFile(database) ? resolve(dirname(configFile), database) : database;

const listOf = (file: string, errors: readonly string[]): string =>
  [`${file} cannot be used:`, ...errors.map((error) => `  - ${error}`)].join('\n');

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
