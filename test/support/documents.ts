// Reads what a document promises: its blocks of code, tables, links and headings; and what the code says of itself.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);

export interface CodeBlock {
  readonly code: string;
  /** `README.md:81`, for messages. */
  readonly where: string;
}

/** @param path from the repository's root */
export const pathOf = (path: string): string => fileURLToPath(new URL(path, ROOT));

export const readDocument = (path: string): string => readFileSync(pathOf(path), 'utf8');

export function codeBlocks(path: string, ...languages: string[]): CodeBlock[] {
  const text = readDocument(path);
  return [...text.matchAll(/^ *```(\w+)\n(.*?)^ *```$/gms)]
    .filter(([, language = '']) => languages.includes(language))
    .map(({ 2: code = '', index }) => ({
      code,
      where: `${path}:${text.slice(0, index).split('\n').length}`,
    }));
}

/** The cells of the tables whose first column has this heading. */
export function rowsUnder(path: string, heading: string): string[][] {
  const [, ...tables] = readDocument(path).split(`\n| ${heading} |`);
  const rows = tables.flatMap((table) => table.split('\n\n', 1)[0]?.split('\n').slice(2) ?? []);
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What stands between back ticks. */
export const tokens = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, token = '']) => token);

export const links = (path: string): string[] =>
  [...readDocument(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

/** True where a relative link of the document names a file that is there, and a heading that it has. */
export function leadsSomewhere(path: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file ? join(dirname(path), file) : path;
  return existsSync(pathOf(target)) && (anchor === undefined || anchors(target).includes(anchor));
}

/** As GitHub makes them of headings; the second of the same name ends in `-1`. */
function anchors(path: string): string[] {
  const names = [...readDocument(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before > 0 ? `${name}-${before}` : name;
  });
}

/** The names that a class documents with one of these tags, e.g. `@csspart card`. */
export const documented = (path: string, ...tags: string[]): string[] =>
  [...readDocument(path).matchAll(/^ \* @(\w+) (?:\{[^}]*\} )?\[?([\w-]+)(?:=[\w-]+\])? - /gm)]
    .filter(([, tag = '']) => tags.includes(tag))
    .map(([, , name = '']) => name);

/** The value of a constant that a file keeps to itself, e.g. `const QUEUE_MS = 8_000;`. */
export function constantIn(path: string, name: string): number {
  const [, product = ''] = new RegExp(`\\b${name} = ([\\d_ *]+);`).exec(readDocument(path)) ?? [];
  return product.split('*').reduce((value, factor) => value * Number(factor.replaceAll('_', '')), 1);
}

/** Code that a document shows of a file, named in the line above it as `[whole app](path)`. */
export const excerpts = (path: string): { readonly code: string; readonly file: string }[] =>
  [...readDocument(path).matchAll(/\[whole app\]\(([^)]+)\)\):\n\n```\w+\n(.*?)^```$/gms)].map(
    ([, file = '', code = '']) => ({ file, code }),
  );

/** True where each line of the excerpt stands in the whole, in the same order; indentation and ends of lines aside. */
export function isExcerpt(excerpt: string, whole: string): boolean {
  const lines = linesOf(whole);
  let next = 0;
  return linesOf(excerpt).every((line) => (next = lines.indexOf(line, next) + 1) > 0);
}

const linesOf = (code: string): string[] =>
  code
    .split('\n')
    .map((line) => line.replace(/\/\/ .*$/, '').trim())
    .filter((line) => line !== '');
