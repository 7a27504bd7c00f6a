// The `license-gate` command as its own process, and a fake marketplace behind a real port for it to ask.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { createFakeMarketplace, SELLER_TOKEN, type FakeMarketplace } from '../../src/testing/index.ts';

export const COMMAND = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Context {
  after(run: () => void | Promise<void>): void;
}

/** A folder with a configuration in it, that goes when the test is over. */
export function createFolder(t: Context, config?: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-'));
  t.after(() => rmSync(folder, { recursive: true }));
  if (config !== undefined) {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    writeFileSync(join(folder, 'license-gate.config.json'), text);
  }
  return folder;
}

export interface Listening {
  readonly url: string;
  readonly market: FakeMarketplace;
}

export async function startMarketplace(t: Context, market = createFakeMarketplace()): Promise<Listening> {
  const http = createServer(getRequestListener((request) => market.fetch(request)));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  t.after(() => {
    http.closeAllConnections();
    http.close();
  });
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, market };
}

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly process: ChildProcess;
  /** what the first line of the output says */
  readonly line: string;
  readonly url: string;
  readonly finished: Promise<Finished>;
}

const environment = (env: Record<string, string>): NodeJS.ProcessEnv => {
  const { DIMLI_SELLER_TOKEN: _token, DIMLI_API_URL: _url, ...rest } = process.env;
  return { ...rest, ...env };
};

/** A server that lasts until the test is over, or until it is killed. */
export async function startServe(
  t: Context,
  folder: string,
  marketplaceUrl: string,
  args: readonly string[] = [],
): Promise<Started> {
  const env = { DIMLI_SELLER_TOKEN: SELLER_TOKEN, DIMLI_API_URL: marketplaceUrl };
  const child = start(folder, ['serve', '--port', '0', ...args], env);
  const finished = finish(child);
  t.after(async () => {
    child.kill('SIGKILL');
    await finished;
  });
  const [chunk] = (await Promise.race([once(child.stdout!, 'data'), finished.then(fail)])) as [Buffer];
  const line = chunk.toString().trim();
  return { process: child, line, url: /http:\/\/[^\s"]+/.exec(line)?.[0] ?? '', finished };
}

export const run = (
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<Finished> => {
  const child = start(folder, args, env);
  child.stdin?.end(input);
  return finish(child);
};

const start = (cwd: string, args: readonly string[], env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [COMMAND, ...args], {
    cwd,
    env: environment(env),
    stdio: 'pipe',
  });

async function finish(child: ChildProcess): Promise<Finished> {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

const fail = ({ err }: Finished): never => {
  throw new Error(`It did not start: ${err}`);
};

export async function post(url: string, path: string, body: object): Promise<{ status: number; body: any }> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

/** Until a server has forgotten what it remembers for a second, see server/recent.ts. */
export const serversNotice = (): Promise<void> => setTimeout(1_200);
