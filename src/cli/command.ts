// What every command is, and what commands share: reading options, and saying that they make no sense.

import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

export interface Command {
  readonly help: string;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

/** The command line cannot be understood: exit code 2. */
export class Misuse extends Error {}

export const HELP = `Runs and checks a license server.

Usage: license-gate <command> [options]

  serve    run the license server
  check    try your token, product and key against the marketplace

Every command knows --help and --json.`;

/** @throws Misuse for an option that the command does not have */
export function readOptions<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (cause) {
    throw new Misuse(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
