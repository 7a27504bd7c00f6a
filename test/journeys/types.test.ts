// The built package's types in another project: what the files of test/types say about the sources holds there as well.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** In the repository, so that the frameworks' types are found from there, and ignored by git. */
const PROJECT = `${ROOT}node_modules/.cache/types`;
/** As bundlers resolve packages, and as Node does. */
const RESOLUTIONS = ['Bundler', 'NodeNext'];

const examples = globSync('test/types/*', { cwd: ROOT });

const asInAnotherProject = (path: string) =>
  readFileSync(`${ROOT}${path}`, 'utf8')
    .replaceAll(/'\.\.\/\.\.\/src\/types\/(\w+)\.ts'/g, `'${manifest.name}/$1'`)
    .replaceAll("'../../src/index.ts'", `'${manifest.name}'`);

before(() => {
  rmSync(PROJECT, { recursive: true, force: true });
  mkdirSync(`${PROJECT}/node_modules`, { recursive: true });
  symlinkSync(ROOT, `${PROJECT}/node_modules/${manifest.name}`, 'junction');
  for (const path of examples) writeFileSync(`${PROJECT}/${basename(path)}`, asInAnotherProject(path));
  writeFileSync(`${PROJECT}/package.json`, '{ "type": "module" }');
});

for (const resolution of RESOLUTIONS)
  test(`TypeScript accepts and refuses the same of the built package, resolved as ${resolution} does`, async () => {
    const compilerOptions = {
      target: 'ES2023',
      module: resolution === 'Bundler' ? 'ESNext' : 'NodeNext',
      moduleResolution: resolution,
      lib: ['ES2023', 'DOM', 'DOM.Iterable'],
      types: [],
      jsx: 'react-jsx',
      strict: true,
      noEmit: true,
      skipLibCheck: false,
    };
    const config = `${PROJECT}/tsconfig.${resolution}.json`;
    writeFileSync(config, JSON.stringify({ compilerOptions, include: ['*.ts', '*.tsx'] }));

    const { stdout } = await promisify(execFile)(`${ROOT}node_modules/.bin/tsc`, ['-p', config]).catch(
      (cause: { stdout: string }) => cause,
    );

    assert.ok(examples.length >= 6);
    assert.equal(stdout, '');
  });

test('each framework has types for every attribute that the manifest lists, under the same name', () => {
  const { modules } = JSON.parse(readFileSync(`${ROOT}dist/custom-elements.json`, 'utf8')) as {
    modules: { declarations: { attributes: { name: string }[] }[] }[];
  };
  const types = readFileSync(`${ROOT}dist/types/attributes.d.ts`, 'utf8');
  const names = modules
    .flatMap(({ declarations }) => declarations)
    .flatMap(({ attributes }) => attributes.map(({ name }) => name))
    .filter((name) => name !== 'lang'); // every element of every framework has it

  const typed = [...types.matchAll(/^ {4}'?([\w-]+)'?\??: /gm)].map(([, name]) => name);

  assert.deepEqual(typed.toSorted(), names.toSorted());
});
