// What the server says about itself: one event a call, structured. No license key, token or device id is ever
// among the fields; a key appears only as the first characters of its HMAC.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type Log = (
  level: LogLevel,
  event: string,
  fields?: Readonly<Record<string, string | number | boolean | undefined>>,
) => void;

export const silent: Log = () => {};

/** Writes one JSON object a line. */
export const createJsonLog =
  (write: (line: string) => void, now: () => number = Date.now): Log =>
  (level, event, fields) =>
    write(JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields }));

/** How a key is named in the log. */
export const keyReference = (keyHash: string): string => keyHash.slice(0, 8);
