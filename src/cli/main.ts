#!/usr/bin/env node
// The `license-gate` command: finds the command that is meant, runs it, and turns what it cannot do into one
// readable message. Exit codes: 0 done, 1 not done, 2 not understood.

import { HELP, Misuse, type Command } from './command.ts';

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  check: async () => (await import('./check.ts')).check,
};

const OLDEST_NODE = [22, 13] as const;

process.exitCode = await run(process.argv.slice(2));

async function run([name, ...args]: readonly string[]): Promise<number> {
  const load = name === undefined ? undefined : COMMANDS[name];
  if (!load || !Object.hasOwn(COMMANDS, name ?? '')) {
    const isAsked = name === '--help' || name === '-h' || name === 'help';
    (isAsked ? console.log : console.error)(
      isAsked || !name ? HELP : `There is no command "${name}".\n\n${HELP}`,
    );
    return isAsked ? 0 : 2;
  }
  try {
    requireNode();
    const command = await load();
    if (args.includes('--help') || args.includes('-h')) {
      console.log(command.help);
      return 0;
    }
    return await command.run(args);
  } catch (cause) {
    return explain(cause, name ?? '');
  }
}

function explain(cause: unknown, name: string): number {
  const missing = missingPackage(cause);
  if (missing) {
    const all = 'npm install hono @hono/node-server jose';
    console.error(
      `license-gate ${name} needs the package "${missing}", which is not installed. Run:\n\n  ${all}`,
    );
    return 1;
  }
  console.error(cause instanceof Error ? cause.message : String(cause));
  if (cause instanceof Misuse) console.error(`Try: license-gate ${name} --help`);
  return cause instanceof Misuse ? 2 : 1;
}

function missingPackage(cause: unknown): string | undefined {
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND';
  return isMissing ? /Cannot find package '([^']+)'/.exec(cause.message)?.[1] : undefined;
}

function requireNode(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOldEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  if (!isOldEnough)
    throw new Error(
      `license-gate needs Node ${OLDEST_NODE.join('.')} or newer for its database; this is ${process.versions.node}.`,
    );
}
