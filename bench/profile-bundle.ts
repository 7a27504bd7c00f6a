// What the one file for browsers and the client alone consist of: how many bytes of brotli each module adds to those before
// it. It is an estimate, because the modules are minified one by one here, and it is scaled to what the finished file has.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { minify } from 'terser';
import { build, type Rolldown } from 'vite';
import { codeOf } from '../tools/loaded-at-once.mjs';
import { fileAt } from './contender.ts';
import { CLIENT, CLIENT_ENTRY, bundle } from './weight.ts';

const FILE = 'license-gate.js';
/** Modules that add less are summed up. */
const WORTH_A_LINE_BYTES = 250;

interface Part {
  readonly folder: string;
  readonly module: string;
  readonly bytes: number;
}

type Modules = Rolldown.OutputChunk['modules'];

export async function printBundles(): Promise<void> {
  await printParts(
    `cdn/${FILE}`,
    compressed(readFileSync(fileAt(`../cdn/${FILE}`))),
    await modulesOfTheFile(),
  );
  console.log();
  const client = await bundle(CLIENT_ENTRY);
  const modules: Modules = Object.assign({}, ...client.map((chunk) => chunk.modules));
  await printParts(CLIENT, compressed(codeOf(client)), modules);
}

async function printParts(file: string, whole: number, modules: Modules): Promise<void> {
  const parts = await partsOf(modules, whole);
  const row = (name: string, bytes: number) =>
    console.log(
      `${name.padEnd(46)}${String(Math.round(bytes)).padStart(7)}${`${((bytes / whole) * 100).toFixed(1)} %`.padStart(9)}`,
    );
  row(`What ${file} consists of`, whole);
  for (const [folder, inFolder = []] of Object.entries(Object.groupBy(parts, (part) => part.folder))) {
    row(`  ${folder}`, sumOf(inFolder));
    const shown = inFolder.filter(({ bytes }) => bytes >= WORTH_A_LINE_BYTES);
    for (const { module, bytes } of shown.toSorted((one, other) => other.bytes - one.bytes))
      row(`    ${module}`, bytes);
    const others = inFolder.filter((part) => !shown.includes(part));
    if (others.length > 0) row(`    ${others.length} others`, sumOf(others));
  }
}

async function partsOf(modules: Modules, whole: number): Promise<Part[]> {
  let before = '';
  const parts: Part[] = [];
  for (const [id, { code }] of Object.entries(modules)) {
    const { code: small = '' } = await minify(code ?? '', { mangle: { toplevel: true } });
    const bytes = compressed(before + small) - compressed(before);
    before += small;
    const [, folder = 'the entry', module = id] = /\/(?:src|dist)\/(?:(\w+)\/)?([^/]+)$/.exec(id) ?? [];
    parts.push({ folder, module, bytes });
  }
  const scale = whole / sumOf(parts);
  return parts.map((part) => ({ ...part, bytes: part.bytes * scale }));
}

/** As they are before the file is minified, style sheets and templates already being small. */
async function modulesOfTheFile(): Promise<Modules> {
  let modules: Modules = {};
  const note = (made: Rolldown.OutputBundle) => {
    const file = made[FILE];
    if (file?.type === 'chunk') ({ modules } = file);
  };
  await build({
    root: fileAt('..'),
    logLevel: 'silent',
    build: { write: false },
    plugins: [
      {
        name: 'note-modules',
        generateBundle: { order: 'pre', handler: (_options, made) => note(made) },
      },
    ],
  });
  return modules;
}

const compressed = (code: string | Buffer): number =>
  code.length === 0 ? 0 : brotliCompressSync(code).length;

const sumOf = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);
