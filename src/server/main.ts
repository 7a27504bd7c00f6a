// Starts the license server on Node: opens the store, listens, and stops in order, so that nobody who is being
// served is cut off.

import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createLicenseServer, type LicenseServer } from './app.ts';
import type { ServerConfig } from './settings.ts';
import type { Log } from './log.ts';
import { createMemoryStore } from './stores/memory.ts';
import type { LicenseStore } from './store.ts';

const HEADERS_LIMIT_MS = 10_000;
const REQUEST_LIMIT_MS = 15_000;
const MOST_CONNECTIONS = 10_000;
/** After this, whoever has not been answered is cut off. */
const STOP_LIMIT_MS = 9_000;

export interface StartOptions {
  readonly config: ServerConfig;
  /** 0 = any free port */
  readonly port: number;
  readonly host: string;
  readonly log: Log;
}

export interface RunningServer {
  readonly url: string;
  /** Finishes what is in flight; stopping twice is harmless. */
  stop(): Promise<void>;
}

/** @throws where the database cannot be opened or the port is taken */
export async function startServer({ config, port, host, log }: StartOptions): Promise<RunningServer> {
  const store = await openStore(config.database);
  const license = createLicenseServer({ config, store, log });
  const http = createServer(
    {
      headersTimeout: HEADERS_LIMIT_MS,
      requestTimeout: REQUEST_LIMIT_MS,
      connectionsCheckingInterval: 5_000,
    },
    getRequestListener((request, bindings) => license.fetch(request, bindings)),
  );
  http.maxConnections = MOST_CONNECTIONS;
  const cutIdle = watchIdle(http);
  try {
    if (!(await license.ready())) throw new Error(`The database ${config.database} does not answer.`);
    await listen(http, port, host);
  } catch (cause) {
    await license.close();
    throw cause;
  }
  const bound = http.address() as AddressInfo; // listening on TCP: neither null nor a pipe's name
  const shownHost = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  let stopping: Promise<void> | undefined;
  return {
    url: `http://${shownHost}:${bound.port}`,
    stop: () => (stopping ??= stopInOrder(http, license, cutIdle, log)),
  };
}

/** Opens what `database` names. Drivers are loaded only when they are needed. */
export async function openStore(database: string): Promise<LicenseStore> {
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

/**
 * Knows the connections on which nobody is waiting for an answer, those that never asked anything included; Node's
 * own `closeIdleConnections` takes these for busy.
 *
 * @returns cuts them, now and as soon as they become idle
 */
function watchIdle(http: Server): () => void {
  const idle = new Set<Socket>();
  let isCutting = false;
  http.on('connection', (socket) => {
    idle.add(socket);
    socket.once('close', () => idle.delete(socket));
  });
  http.on('request', ({ socket }, response) => {
    idle.delete(socket);
    response.once('close', () => {
      if (isCutting) socket.end();
      else if (!socket.destroyed) idle.add(socket);
    });
  });
  return () => {
    isCutting = true;
    for (const socket of idle) socket.destroy();
  };
}

async function stopInOrder(
  http: Server,
  license: LicenseServer,
  cutIdle: () => void,
  log: Log,
): Promise<void> {
  log('info', 'stopping');
  license.retire();
  const closed = new Promise<void>((resolve) => void http.close(() => resolve()));
  const cutOff = setTimeout(() => http.closeAllConnections(), STOP_LIMIT_MS);
  cutIdle();
  await closed;
  clearTimeout(cutOff);
  await license.close();
  log('info', 'stopped');
}
