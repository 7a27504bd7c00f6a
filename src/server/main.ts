// Starts the license server on Node: opens the store, listens, and stops in order, so that nobody who is being
// served is cut off.

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLicenseServer, type LicenseServer } from './app.ts';
import { createHttpServer, type HttpLimits, type HttpServer } from './http.ts';
import type { ServerConfig } from './settings.ts';
import { shownDatabase, type Log } from './log.ts';
import { createMemoryStore } from './stores/memory.ts';
import type { LicenseStore } from './store.ts';

/** For so long new requests are still served while `/readyz` says that no more are wanted. */
const NOTICE_MS = 500;
/** After this, whoever has not been answered is cut off. */
const STOP_LIMIT_MS = 9_000;

export interface StartOptions {
  readonly config: ServerConfig;
  /** 0 = any free port */
  readonly port: number;
  readonly host: string;
  readonly log: Log;
  /** how long slow clients are waited for, and how many; default: 10 s for a head, 15 s for all, 10,000 clients */
  readonly limits?: HttpLimits | undefined;
}

export interface RunningServer {
  readonly url: string;
  /** Finishes what is in flight; stopping twice is harmless. */
  stop(): Promise<void>;
}

/** @throws where the database cannot be opened or the port is taken */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { config, port, host, log } = options;
  const store = await openStore(config.database);
  const license = createLicenseServer({ config, store, log });
  const server = createHttpServer(license.respond, options.limits);
  try {
    if (!(await license.ready()))
      throw new Error(`The database ${shownDatabase(config.database)} cannot be used; the log says why.`);
    await listen(server.http, port, host);
  } catch (cause) {
    await license.close();
    throw cause;
  }
  const bound = server.http.address() as AddressInfo; // listening on TCP: neither null nor a pipe's name
  const shownHost = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  let stopping: Promise<void> | undefined;
  return {
    url: `http://${shownHost}:${bound.port}`,
    stop: () => (stopping ??= stopInOrder(server, license, log)),
  };
}

/**
 * Opens what `database` names, and makes sure that it answers. Drivers are loaded only when they are needed.
 *
 * @throws in one sentence, which database it is and what is wrong with it
 */
export async function openStore(database: string): Promise<LicenseStore> {
  let store: LicenseStore | undefined;
  try {
    store = await createStore(database);
    await store.ping(); // some connect only when they are asked for something
    return store;
  } catch (cause) {
    await store?.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`The database ${shownDatabase(database)} cannot be used: ${why}`, { cause });
  }
}

async function createStore(database: string): Promise<LicenseStore> {
  if (database === ':memory:') return createMemoryStore();
  if (/^postgres(ql)?:/.test(database)) {
    const { createPostgresStore } = await import('./stores/postgres.ts');
    return createPostgresStore(database);
  }
  const { createSqliteStore } = await import('./stores/sqlite.ts');
  return createSqliteStore(database);
}

function listen(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve();
    });
  });
}

async function stopInOrder(
  { http, cutIdle, done }: HttpServer,
  license: LicenseServer,
  log: Log,
): Promise<void> {
  log('info', 'stopping');
  license.retire();
  await new Promise((resolve) => void setTimeout(resolve, NOTICE_MS));
  const closed = new Promise<void>((resolve) => void http.close(() => resolve()));
  const cutOff = setTimeout(() => http.closeAllConnections(), STOP_LIMIT_MS - NOTICE_MS);
  cutIdle();
  await closed;
  clearTimeout(cutOff);
  await done();
  await license.close();
  log('info', 'stopped');
}
