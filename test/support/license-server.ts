// The built license server as sellers run it: its own process, a configuration file, an SQLite file, and a fake
// marketplace over HTTP.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFakeMarketplace, type FakeMarketplace } from '../../src/testing/index.ts';
import { serveFetch } from './http.ts';

export const TOKEN = 'canary-token-3f1c';
const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** Verdicts that age within a second, so that a journey sees a refund. */
export const SHORT_AGES = { freshHours: 0.0001, staleHours: 0.0002, keepDays: 7, confirmMinutes: 0.01 };
/** After that a verdict of {@link SHORT_AGES} is asked for again. */
export const STALE_MS = 800;

/** One process of the license server. */
export interface ServerProcess {
  /** the license server's URL; the same after a restart */
  readonly url: string;
  /** Everything that the server has printed so far. */
  output(): string;
  /** Ends the server without a warning. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface Seller extends ServerProcess {
  readonly marketplace: FakeMarketplace;
  /** One more process with the same configuration, and so on the same database. */
  startAnother(): Promise<ServerProcess>;
  /** The bytes of the database's files, as text. */
  database(): string;
  close(): Promise<void>;
}

export async function openShop(
  allowedOrigins: readonly string[],
  more: object = {},
  verifiesPerMinute?: number,
): Promise<Seller> {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-'));
  const marketplace = createFakeMarketplace({ token: TOKEN, verifiesPerMinute });
  const market = await serveFetch(marketplace.fetch);
  const config = {
    products: {
      '/my-tool': { seats: { 'Standard License': 1, 'Team License': 5, 'Company License': 'unlimited' } },
    },
    allowedOrigins,
    database: join(folder, 'licenses.db'),
    rateLimits: false,
    ...more,
  };
  const file = join(folder, 'license-gate.config.json');
  writeFileSync(file, JSON.stringify(config));
  const started: ServerProcess[] = [];
  const startAnother = async () => {
    const server = createServerProcess(file, market.url);
    started.push(server);
    await server.start();
    return server;
  };
  const first = await startAnother();

  return {
    ...first,
    marketplace,
    startAnother,
    database: () =>
      readdirSync(folder)
        .filter((name) => name.includes('.db'))
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join('\n'),
    async close() {
      await Promise.all(started.map((server) => server.kill()));
      await market.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createServerProcess(file: string, marketUrl: string): ServerProcess {
  let printed = '';
  let server: ChildProcess | undefined;
  let port = 0;

  async function start(): Promise<void> {
    const child = spawn(
      process.execPath,
      [COMMAND, 'serve', '--config', file, '--port', String(port), '--log', 'debug'],
      {
        env: { ...process.env, DIMLI_SELLER_TOKEN: TOKEN, DIMLI_API_URL: marketUrl },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    server = child;
    const listening = new Promise<number>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        printed += String(chunk);
        const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(printed.slice(-2000));
        if (found) resolve(Number(found[1]));
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      child.once('exit', (code) => reject(new Error(`The server ended with ${code}:\n${printed}`)));
    });
    port = await listening;
  }

  async function kill(): Promise<void> {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    output: () => printed,
    kill,
    start,
  };
}
