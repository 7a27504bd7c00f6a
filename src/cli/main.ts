#!/usr/bin/env node
// The `license-gate` command: finds the command that is meant, runs it, and turns what it cannot do into one
// readable message. Exit codes: 0 done, 1 not done, 2 not understood.

import { readFileSync } from 'node:fs';
import { nearest } from '../server/spelling.ts';
import { Misuse } from './command.ts';
import { COMMANDS, HELP } from './commands.ts';

const OLDEST_NODE = [22, 13] as const;

// Whoever read the output may leave, as `head` does. That ends nothing: a server must go on serving.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code !== 'EPIPE') throw cause;
});
// A log on a full disk ends nothing either; it goes on when there is room again.
process.stderr.on('error', () => {});

process.exitCode = await run(process.argv.slice(2));

async function run([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') return say(versionOf());
  if (name === '--help' || name === '-h') return say(HELP);
  if (name === 'help') return run(args.length > 0 ? [args[0] ?? '', '--help'] : ['--help']);
  const entry = COMMANDS.get(name ?? '');
  if (!entry) {
    const meant = nearest(name ?? '', [...COMMANDS.keys()]);
    const hint = meant ? ` Did you mean "${meant}"?` : '';
    console.error(name ? `There is no command "${name}".${hint}\n\n${HELP}` : HELP);
    return 2;
  }
  try {
    requireNode();
    const command = await entry.load();
    if (args.includes('--help') || args.includes('-h')) return say(command.help);
    return await command.run(args);
  } catch (cause) {
    return explain(cause, name ?? '');
  }
}

function say(text: string): number {
  console.log(text);
  return 0;
}

/** The package's; this file lies two folders below it, built or not. */
function versionOf(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function explain(cause: unknown, name: string): number {
  const missing = missingPackage(cause);
  if (missing) {
    const all = 'npm install hono jose';
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
