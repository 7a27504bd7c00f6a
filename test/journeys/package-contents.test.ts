// What `npm publish` would hand out: what the build makes of src, the bundle, and nothing else.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Only the build of the bundle reads it. */
const NOT_COMPILED = ['src/element/html-small.ts'];

const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const find = (pattern: string) => globSync(pattern, { cwd: ROOT }).map((path) => path.replaceAll('\\', '/'));

const sources = find('src/**/*.ts').filter((path) => !NOT_COMPILED.includes(path));
const compiled = (source: string, ending: string) => source.replace(/^src/, 'dist').replace(/\.ts$/, ending);

let packed: string[];
before(async () => {
  const pack = 'npm pack --dry-run --json --ignore-scripts';
  const { stdout } = await promisify(execFile)(pack, { cwd: ROOT, shell: true, maxBuffer: 1 << 24 } as never);
  const [{ files }] = JSON.parse(String(stdout)) as [{ files: { path: string }[] }];
  packed = files.map(({ path }) => path).toSorted();
});

test('the package holds what the build makes of each source, the bundle with what lies beside it, and what editors read', () => {
  const expected = [
    ...sources.flatMap((source) => ['.js', '.js.map', '.d.ts'].map((ending) => compiled(source, ending))),
    'cdn/license-gate.js',
    'cdn/integrity.json',
    'cdn/device-proof.js',
    ...find('src/element/locales/*.ts').map((path) =>
      path.replace('src/element', 'cdn').replace(/\.ts$/, '.js'),
    ),
    'dist/config.schema.json',
    'dist/custom-elements.json',
    'dist/sbom.cdx.json',
    'dist/vscode.css-custom-data.json',
    'dist/vscode.html-custom-data.json',
    'dist/web-types.json',
    'package.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
  ];

  assert.deepEqual(packed, expected.toSorted());
});

test('the package names no folder of the machine that built it, and holds no private key', () => {
  const unwanted = packed.filter((path) => {
    const text = read(path);
    return text.includes(ROOT) || /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
  });

  assert.deepEqual(unwanted, []);
});

test('a debugger shows the source of every module, which lies in its source map', () => {
  const different = sources.filter((source) => {
    const map = JSON.parse(read(compiled(source, '.js.map'))) as { sourcesContent?: string[] };
    return map.sourcesContent?.[0] !== read(source);
  });

  assert.deepEqual(different, []);
});

test('a bundler may drop every module but those that register tags or run the command', () => {
  const actsOnImport = sources.filter((source) =>
    /^(?:if|await|try|process|registerTags)\b/m.test(read(source)),
  );

  assert.deepEqual(
    manifest.sideEffects.filter((path) => path.startsWith('./dist/')).toSorted(),
    actsOnImport.map((source) => `./${compiled(source, '.js')}`).toSorted(),
  );
});

test('code and types name no package that a user of ours would not have installed', () => {
  const known = new Set([...Object.keys(manifest.dependencies), ...Object.keys(manifest.peerDependencies)]);
  const strangers = packed
    .filter((path) => /^dist\/.*\.(?:js|d\.ts)$/.test(path))
    .flatMap((path) => packagesIn(read(path)).map((name) => `${path} names ${name}`))
    .filter((line) => !known.has(line.split(' ').at(-1)!));

  assert.deepEqual(strangers, []);
});

/** The packages whose modules the code imports, Node's own left out. */
function packagesIn(code: string): string[] {
  const withoutComments = code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...withoutComments.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)["']([^"'.][^"']*)["']/g)]
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !specifier.startsWith('node:'))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
}
