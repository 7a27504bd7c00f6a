// The shape of src: who may import whom and what, no cycles, a header in every file, tests that mirror it.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path/posix';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface Rule {
  /** Folders of src whose index.ts may be imported, and files of them that are a door of their own. */
  readonly folders: readonly string[];
  /** Packages that may be imported; `node:` stands for all of Node's own. */
  readonly packages: readonly string[];
}

const RULES: Readonly<Record<string, Rule>> = {
  protocol: { folders: [], packages: ['zod'] },
  client: { folders: ['protocol'], packages: [] },
  // One door is the short way to an open gate, the other is loaded behind it.
  element: { folders: ['client', 'client/opening.ts', 'client/client.ts', 'protocol'], packages: ['lit'] },
  lease: { folders: ['protocol'], packages: ['jose'] },
  server: { folders: ['protocol'], packages: ['hono', 'jose', 'zod', 'pg', 'node:'] },
  cli: { folders: ['protocol', 'server', 'lease', 'server/spelling.ts'], packages: ['node:'] },
  testing: { folders: ['protocol', 'server'], packages: ['hono', 'msw'] },
  ssr: { folders: ['element'], packages: ['@lit-labs/ssr'] },
  types: { folders: ['element'], packages: ['react', 'preact', 'solid-js', 'vue', 'svelte'] },
  /** The file that registers the tags. */
  'index.ts': { folders: ['element'], packages: [] },
};

/** Tests that are about a whole folder rather than one of its files. */
const ABOUT_A_FOLDER = ['test/element/accessibility.test.ts'];

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const find = (pattern: string) =>
  globSync(pattern, { cwd: ROOT })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted();

const sources = find('src/**/*.ts');

test('every folder of src imports only the folders and packages that its layer may', () => {
  const broken = sources.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => !isAllowed(file, specifier))
      .map((specifier) => `${file} imports ${specifier}`),
  );

  assert.deepEqual(broken, []);
});

test('no file of src imports itself, however long the way round', () => {
  const cycles = sources.flatMap((file) => wayBack(file, file) ?? []);

  assert.deepEqual(cycles, []);
});

test('every file of src begins with what it is responsible for', () => {
  const headless = sources.filter(
    (file) => !file.endsWith('index.ts') && !/^(?:#!.*\n)?\/\/ \S/.test(read(file)),
  );

  assert.deepEqual(headless, []);
});

test('a test file stands where its source stands, under its name', () => {
  const astray = find('test/{protocol,lease,client,element,server,cli,testing}/**/*.test.ts')
    .filter((file) => !ABOUT_A_FOLDER.includes(file))
    .filter((file) => !sources.some((source) => isTestOf(source, file)));

  assert.deepEqual(astray, []);
});

function isAllowed(file: string, specifier: string): boolean {
  const rule = RULES[layerOf(file)];
  if (!rule) return false;
  if (!specifier.startsWith('.'))
    return rule.packages.some(
      (name) => specifier === name || specifier.startsWith(name.endsWith(':') ? name : `${name}/`),
    );
  const target = resolve(file, specifier);
  const isOwn = target.startsWith('src/') && layerOf(target) === layerOf(file);
  return (
    isOwn ||
    rule.folders.some((folder) => target === `src/${folder.endsWith('.ts') ? folder : `${folder}/index.ts`}`)
  );
}

/** The folder under src, or the file's name where it lies in src itself. */
function layerOf(file: string): string {
  return file.split('/')[1] ?? '';
}

function importsOf(file: string): string[] {
  const specifier = /(?:\bfrom\s*|\bimport\s*\(?\s*)'([^']+)'/g;
  return [...codeOf(file).matchAll(specifier)].map(([, name]) => name ?? '');
}

/** What is still imported when the types are gone; types may look both ways. */
function importsAtRunTime(file: string): string[] {
  const typesOnly =
    /\b(?:import|export) type\b[^;]*;|\b(?:import|export) \{(?:\s*type \w+,?)+\s*\} from[^;]*;/g;
  const specifier = /(?:\bfrom\s*|\bimport\s*)'(\.[^']+)'/g;
  return [...codeOf(file).replace(typesOnly, '').matchAll(specifier)].map(([, name]) => name ?? '');
}

function codeOf(file: string): string {
  return read(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
}

function resolve(file: string, specifier: string): string {
  return join(dirname(file), specifier);
}

/** The first way from `file` to `goal` over imports, written out. */
function wayBack(file: string, goal: string, seen = new Set<string>()): string | undefined {
  for (const specifier of importsAtRunTime(file)) {
    const next = resolve(file, specifier);
    if (next === goal) return `${file} → ${goal}`;
    if (seen.has(next) || !sources.includes(next)) continue;
    seen.add(next);
    const rest = wayBack(next, goal, seen);
    if (rest) return `${file} → ${rest}`;
  }
  return undefined;
}

/** `state.test.ts` and `state-properties.test.ts` are both about `state.ts`. */
function isTestOf(source: string, file: string): boolean {
  const subject = source.replace(/^src\//, '').replace(/\.ts$/, '');
  const tested = file.replace(/^test\//, '').replace(/(?:\.browser)?\.test\.ts$/, '');
  return tested === subject || tested.startsWith(`${subject}-`);
}
