// What commands share at the terminal: tables, times, colors, a question, and a key that does not end up in the
// shell's history.

import { createInterface, type Interface } from 'node:readline/promises';
import { text as readAll } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { normalizeKey } from '../protocol/index.ts';
import { Misuse } from './command.ts';

const NOTHING_CHANGED = 'Nothing was changed.';

type Color = Parameters<typeof styleText>[0];

/** In color where the output is a terminal that shows some, and nobody has set NO_COLOR. */
export const paint = (color: Color, words: string): string =>
  styleText(color, words, { stream: process.stdout });

/** Rows under each other, in columns as wide as they need to be. What strangers wrote cannot move the cursor. */
export function table(rows: readonly (readonly string[])[]): string {
  const clean = rows.map((row) => row.map(plain));
  const widths = clean.reduce<number[]>(
    (widest, row) => row.map((cell, at) => Math.max(cell.length, widest[at] ?? 0)),
    [],
  );
  return clean
    .map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
    .join('\n');
}

export const plain = (words: string): string => words.replace(/[\p{Cc}\p{Cf}]+/gu, ' ');

/** e.g. `2026-11-25 09:30 UTC` */
export const time = (ms: number): string => {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
};

/**
 * @param word the key as it stands on the command line; `-` = it comes on the standard input
 * @returns its normal form
 * @throws Misuse where there is none in it
 */
export async function readKey(word: string): Promise<string> {
  const key = normalizeKey(word === '-' ? await readAll(process.stdin) : word);
  if (key === undefined)
    throw new Misuse(
      `${word === '-' ? 'The standard input holds' : 'That is'} no license key: one looks like a1b2c3d4-e5f6-7890-abcd-ef1234567890.`,
    );
  return key;
}

/** Asks on the standard error, so that the output is left to the result. */
export function openPrompt(): Interface {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // Nothing is done before the last answer, so there is nothing to clean up.
  lines.once('SIGINT', () => {
    console.error(`\n${NOTHING_CHANGED}`);
    process.exit(130);
  });
  return lines;
}

/** Asks on a terminal; elsewhere there is nobody to ask, and who runs a script means it. */
export async function isMeant(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return true;
  const lines = openPrompt();
  const gone = new Promise<string>((resolve) => void lines.once('close', () => resolve('')));
  const answer = await Promise.race([lines.question(`${question} [y/N] `), gone]);
  lines.close();
  const isYes = /^y(es)?$/i.test(answer.trim());
  if (!isYes) console.error(NOTHING_CHANGED);
  return isYes;
}
