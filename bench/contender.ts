// Starts the servers that are compared, each in a process of its own, and asks what they use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SELLER_TOKEN } from '../src/testing/index.ts';

export interface Usage {
  readonly cpuMs: number;
  readonly memoryMb: number;
}

export interface Contender {
  readonly name: string;
  readonly url: string;
  usage(): Promise<Usage>;
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
  return {
    name,
    url,
    async usage() {
      child.send('usage');
      const [usage] = (await once(child, 'message')) as [Usage];
      return usage;
    },
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}
