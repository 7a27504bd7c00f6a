// What the server says about itself: one event a call, structured. A key appears only as the first characters of its
// HMAC; whatever else of keys, device ids and secrets gets into a field, in an error's message above all, is taken out.

import { createRedact } from './redact.ts';
import type { ServerConfig } from './settings.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

export type Log = (level: LogLevel, event: string, fields?: Fields) => void;

export const silent: Log = () => {};

/** Writes one JSON object a line. */
export const createJsonLog =
  (write: (line: string) => void, now: () => number = Date.now): Log =>
  (level, event, fields) =>
    write(JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields }));

/** The one field that may hold a UUID: the server has made it up itself. */
const OWN_ID = 'requestId';

/** Hands everything on without what must not be read in a log. */
export function createRedactedLog(log: Log, secrets: readonly (string | undefined)[]): Log {
  const redact = createRedact(secrets);
  return (level, event, fields) => {
    let clean = fields;
    for (const name in fields) {
      const value = fields[name];
      if (typeof value !== 'string' || name === OWN_ID) continue;
      const redacted = redact(value);
      if (redacted !== value) clean = { ...clean, [name]: redacted };
    }
    log(level, event, clean);
  };
}

/** What nobody may read of a configuration. */
export const secretsIn = ({ marketplace, secrets, database }: ServerConfig): (string | undefined)[] => [
  marketplace.token,
  secrets.hash,
  secrets.signingKeys,
  passwordIn(database),
];

/** A database as it may be shown: its URL may hold a password. */
export const shownDatabase = (database: string): string => database.replace(/\/\/[^@/]*@/, '//');

/** As the URL spells it, which is how an error would quote it. */
const passwordIn = (database: string): string | undefined => /\/\/[^:@/]*:([^@/]+)@/.exec(database)?.[1];

/** How a key is named in the log. */
export const keyReference = (keyHash: string): string => keyHash.slice(0, 8);
