// Starts the servers that are compared, each in a process of its own, and asks what they use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SELLER_TOKEN } from '../src/testing/index.ts';

export interface Usage {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

/** What a process holds after garbage was collected. */
export interface Holdings {
  readonly heapMb: number;
  readonly rssMb: number;
  readonly connections: number;
  /** timers, listening sockets, pipes */
  readonly otherHandles: number;
}

export interface Contender {
  readonly name: string;
  readonly url: string;
  usage(): Promise<Usage>;
  holdings(): Promise<Holdings>;
  /** @param signal SIGKILL = without a warning */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export const fileAt = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * @param args of Node: the script and what it is told
 * @throws where it ends before it says where it listens
 */
export async function start(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Contender> {
  const child = spawn(process.execPath, ['--import', fileAt('probe.mjs'), ...args], {
    env: { ...process.env, DIMLI_SELLER_TOKEN: SELLER_TOKEN, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
    child.stdout?.on('data', (chunk) => {
      const found = /listening on (http:\/\/[^\s"]+)/.exec(String(chunk))?.[1];
      if (found) resolve(found);
    });
  });
  async function ask<T>(question: string): Promise<T> {
    child.send(question);
    const [answer] = (await once(child, 'message')) as [T];
    return answer;
  }
  return {
    name,
    url,
    usage: () => ask<Usage>('usage'),
    holdings: () => ask<Holdings>('holdings'),
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}
