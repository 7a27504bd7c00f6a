// What the one file for browsers consists of: how many bytes of brotli each module adds to those before it. It is an
// estimate, because the modules are minified one by one here, and it is scaled to what the finished file has.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';
import { minify } from 'terser';
import { build, type Rolldown } from 'vite';
import { fileAt } from './contender.ts';

const FILE = 'license-gate.js';
/** Modules that add less are summed up. */
const WORTH_A_LINE_BYTES = 250;

interface Part {
  readonly folder: string;
  readonly module: string;
  readonly bytes: number;
}

export async function printBundle(): Promise<void> {
  const whole = brotliCompressSync(readFileSync(fileAt(`../cdn/${FILE}`))).length;
  const parts = await partsOf(whole);
  const row = (name: string, bytes: number) =>
    console.log(
      `${name.padEnd(34)}${String(Math.round(bytes)).padStart(7)}${`${((bytes / whole) * 100).toFixed(1)} %`.padStart(9)}`,
    );
  row(`What cdn/${FILE} consists of`, whole);
  for (const [folder, modules = []] of Object.entries(Object.groupBy(parts, (part) => part.folder))) {
    row(`  ${folder}`, sumOf(modules));
    const shown = modules.filter(({ bytes }) => bytes >= WORTH_A_LINE_BYTES);
    for (const { module, bytes } of shown.toSorted((one, other) => other.bytes - one.bytes))
      row(`    ${module}`, bytes);
    const others = modules.filter((part) => !shown.includes(part));
    if (others.length > 0) row(`    ${others.length} others`, sumOf(others));
  }
}

async function partsOf(whole: number): Promise<Part[]> {
  let before = '';
  const parts: Part[] = [];
  for (const [id, { code }] of Object.entries(await modulesOf())) {
    const { code: small = '' } = await minify(code ?? '', { mangle: { toplevel: true } });
    const bytes = compressed(before + small) - compressed(before);
    before += small;
    const [, folder = 'the entry', module = id] = /\/src\/(?:(\w+)\/)?([^/]+)$/.exec(id) ?? [];
    parts.push({ folder, module, bytes });
  }
  const scale = whole / sumOf(parts);
  return parts.map((part) => ({ ...part, bytes: part.bytes * scale }));
}

/** As they are before the file is minified, style sheets and templates already being small. */
async function modulesOf(): Promise<Rolldown.OutputChunk['modules']> {
  let modules: Rolldown.OutputChunk['modules'] = {};
  const note = (bundle: Rolldown.OutputBundle) => {
    const file = bundle[FILE];
    if (file?.type === 'chunk') ({ modules } = file);
  };
  await build({
    root: fileAt('..'),
    logLevel: 'silent',
    build: { write: false },
    plugins: [
      {
        name: 'note-modules',
        generateBundle: { order: 'pre', handler: (_options, bundle) => note(bundle) },
      },
    ],
  });
  return modules;
}

const compressed = (code: string): number => (code === '' ? 0 : brotliCompressSync(code).length);

const sumOf = (parts: readonly Part[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);
