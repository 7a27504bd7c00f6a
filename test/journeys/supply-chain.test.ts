// What comes along with the package: which packages, under which licenses, from where, and that none of them runs
// anything when it is installed.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import lock from '../../package-lock.json' with { type: 'json' };
import manifest from '../../package.json' with { type: 'json' };

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly scope: 'required' | 'optional';
  readonly licenses: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
  readonly hashes: readonly { readonly content: string }[];
}

interface Tree {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, Tree>>;
}

/** Anybody may use, change and sell what is under one of these; nothing has to be published for it. */
const LICENSES = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  '(MIT OR CC0-1.0)',
];
/** What a page loads may grow, but not unseen. */
const OF_PAGES = [
  '@lit-labs/ssr-dom-shim',
  '@lit/reactive-element',
  '@types/trusted-types',
  'lit',
  'lit-element',
  'lit-html',
  'zod',
];

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const bill: { components: Component[]; dependencies: { ref: string; dependsOn: string[] }[] } = JSON.parse(
  readFileSync(`${ROOT}dist/sbom.cdx.json`, 'utf8'),
);
const entries = Object.entries(
  lock.packages as Record<string, { version: string; resolved?: string; integrity?: string }>,
);

test('the bill of materials requires what npm installs with the package, and nothing else', async () => {
  const list = 'npm ls --omit dev --all --json';
  const { stdout } = await promisify(execFile)(list, { cwd: ROOT, shell: true } as never);
  const required = bill.components.filter(({ scope }) => scope === 'required');

  assert.deepEqual(
    required.map((component) => component['bom-ref']).toSorted(),
    [...new Set(packagesOf(JSON.parse(String(stdout)) as Tree))].toSorted(),
  );
  assert.deepEqual(required.map(({ name }) => name).toSorted(), OF_PAGES);
});

function packagesOf({ dependencies = {} }: Tree): string[] {
  return Object.entries(dependencies)
    .filter(([, { version }]) => version !== undefined) // an optional peer that is not there
    .flatMap(([name, tree]) => [`${name}@${tree.version}`, ...packagesOf(tree)]);
}

test('the bill of materials names each package once, with a hash, and only packages that are in it', () => {
  const refs = bill.components.map((component) => component['bom-ref']);
  const known = new Set([...refs, `${manifest.name}@${manifest.version}`]);

  assert.equal(new Set(refs).size, refs.length);
  assert.deepEqual(
    bill.components.filter(({ hashes }) => !/^[0-9a-f]{128}$/.test(hashes[0]?.content ?? '')),
    [],
  );
  assert.deepEqual(
    bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !known.has(ref)),
    [],
  );
});

test('every package that users run is under a license that asks nothing of them but to be named', () => {
  const others = bill.components.filter(
    ({ licenses }) => !LICENSES.includes(licenses?.[0]?.license?.id ?? licenses?.[0]?.expression ?? ''),
  );

  assert.ok(bill.components.length > 20);
  assert.deepEqual(others, []);
});

test('no package that users run, nor ours, has a script that runs when it is installed', () => {
  const names = new Set(bill.components.map(({ name }) => name));
  const withScript = entries
    .filter(([, entry]) => 'hasInstallScript' in entry)
    .map(([path]) => path.split('node_modules/').at(-1) ?? '');
  const own = ['preinstall', 'install', 'postinstall'].filter((name) => name in manifest.scripts);

  assert.ok(withScript.length > 0); // esbuild, which only builds
  assert.deepEqual([...withScript.filter((name) => names.has(name)), ...own], []);
});

test('every locked package comes from the registry, and is the one that was locked', () => {
  const astray = entries
    .filter(([path]) => path !== '')
    .filter(
      ([, { resolved = 'https://registry.npmjs.org/', integrity }]) =>
        !resolved.startsWith('https://registry.npmjs.org/') || !integrity?.startsWith('sha512-'),
    )
    .map(([path]) => path);

  assert.deepEqual(astray, []);
});
