// What every command is, and what commands share: reading options, and saying that they make no sense.

import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { nearest } from '../server/spelling.ts';

export interface Command {
  readonly help: string;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

/** The command line cannot be understood: exit code 2. */
export class Misuse extends Error {}

/** @throws Misuse for an option that the command does not have */
export function readOptions<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  return parse(args, options, false).values;
}

/**
 * Options and one more word, such as `ban KEY`.
 *
 * @param name what the word is called in the help
 * @throws Misuse where it is missing, or is not alone
 */
export function readWordAndOptions<const T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  name: string,
  options: T,
) {
  const { values, positionals } = parse(args, options, true);
  const [word, ...others] = positionals;
  if (word === undefined) throw new Misuse(`${name} is missing.`);
  if (others.length > 0) throw new Misuse(`There is something after ${name}: put quotes around it.`);
  return { word, options: values };
}

function parse<const T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
  allowPositionals: boolean,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const name = /^Unknown option '--([^']+)'/.exec(message)?.[1];
    const meant = name === undefined ? undefined : nearest(name, Object.keys(options));
    // Node goes on about positional arguments, which is not what a misspelt option needs.
    const said = name === undefined ? message : `There is no option --${name}.`;
    throw new Misuse(meant ? `${said} Did you mean --${meant}?` : said, { cause });
  }
}
