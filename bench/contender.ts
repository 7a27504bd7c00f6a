// Starts the servers that are compared, each in a process of its own, and asks what they use.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Profiler } from 'node:inspector';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { SELLER_TOKEN } from '../src/testing/index.ts';

export interface Usage {
  readonly cpuMs: number;
  /** the part of it that the system worked for the process */
  readonly systemMs: number;
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
  /** The process has a core of its own during `work`, as profiles need it. */
  apart<T>(work: () => Promise<T>): Promise<T>;
  /** Where the process spends its time during `work`. */
  profile(work: () => Promise<unknown>): Promise<Profiler.Profile>;
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
    async apart(work) {
      const last = cpus().length - 1;
      hold(child.pid, '0');
      if (last > 0) hold(process.pid, `1-${last}`);
      try {
        return await work();
      } finally {
        hold(process.pid, `0-${last}`);
      }
    },
    async profile(work) {
      await ask('profile-start');
      await work();
      return ask<Profiler.Profile>('profile-stop');
    },
    async stop(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

/**
 * The profiler's thread asks for a sample by a signal. Where the two threads run on two cores, a virtual machine may deliver it
 * so late that it finds the next system call: a write of 17 % of the time was seen as 95 %, and on one core as 14 %. Whoever
 * asks the server runs elsewhere, so that its time is not taken for the server's.
 */
function hold(pid: number | undefined, cores: string): void {
  const args = ['--all-tasks', '--cpu-list', '--pid', cores, String(pid)];
  try {
    execFileSync('taskset', args, { stdio: 'ignore' });
  } catch {
    console.error('`taskset` does not work here: what a profile says of system calls may be too much.');
  }
}
