// The list of commands, each with the line that the help shows for it. A command's file is loaded when it is called.

import type { Command } from './command.ts';

interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export const COMMANDS: ReadonlyMap<string, Entry> = new Map([
  ['init', { summary: 'write a configuration', load: async () => (await import('./init.ts')).init }],
  ['serve', { summary: 'run the license server', load: async () => (await import('./serve.ts')).serve }],
  [
    'check',
    {
      summary: 'try your token, product and key against the marketplace',
      load: async () => (await import('./check.ts')).check,
    },
  ],
  [
    'conform',
    {
      summary: 'check whether any license server keeps the contract',
      load: async () => (await import('./conform.ts')).conform,
    },
  ],
  [
    'devices',
    { summary: 'show who uses a license', load: async () => (await import('./devices.ts')).devices },
  ],
  [
    'release',
    { summary: 'take seats back from devices', load: async () => (await import('./release.ts')).release },
  ],
  ['ban', { summary: 'refuse a license from now on', load: async () => (await import('./ban.ts')).ban }],
  ['unban', { summary: 'lift a ban', load: async () => (await import('./ban.ts')).unban }],
  [
    'keys',
    { summary: 'rotate the keys that sign leases', load: async () => (await import('./keys.ts')).keys },
  ],
]);

const list = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`).join('\n');

export const HELP = `Sets up, runs and checks a license server.

Usage: license-gate <command> [options]

${list}

Every command knows --help and --json; license-gate --version says which one this is.
Exit codes: 0 done, 1 not done or the answer is no, 2 not understood.`;
