// The test kit as somebody else's project has it: the README's first test runs, and a page can be built with it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { build, type Rolldown } from 'vite';
import { codeBlocks, pathOf } from '../support/documents.ts';

/** A project with nothing but the package. */
let project: string;

before(() => {
  project = mkdtempSync(join(tmpdir(), 'license-gate-'));
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(pathOf('.'), join(project, 'node_modules/license-gate-kit'), 'junction');
});
after(() => rmSync(project, { recursive: true, force: true }));

test('the first test of the README passes, and fails where the app does not keep its promise', async () => {
  const [block] = codeBlocks('README.md', 'js').filter(({ code }) => code.includes("from 'node:test'"));
  assert.ok(block);

  const kept = await runTest(block.code);
  const broken = await runTest(block.code.replace('days: 6', 'days: 8'));

  assert.match(kept, /^# pass 1$/m);
  assert.match(broken, /^# fail 1$/m);
});

test('a page that holds the mock is built without anything of Node', async () => {
  writeFileSync(join(project, 'page.js'), `export * from 'license-gate-kit/testing';`);

  const result = await build({
    root: project,
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry: 'page.js', formats: ['es'] } },
  });

  const chunks = ([result].flat() as Rolldown.RolldownOutput[])
    .flatMap(({ output }) => output)
    .filter((file) => file.type === 'chunk');
  const written = new Set(chunks.map(({ fileName }) => fileName));
  const code = chunks.map((chunk) => chunk.code).join('\n');
  assert.deepEqual(
    chunks.flatMap(({ imports }) => imports).filter((name) => !written.has(name)),
    [],
  );
  assert.match(code, /upstream_unavailable/);
  // What Vite puts in the place of modules that only Node has.
  assert.doesNotMatch(code, /browser-external/);
});

async function runTest(code: string): Promise<string> {
  writeFileSync(join(project, 'first.test.mjs'), code);
  // Inside another run of tests, one would report to it instead of to its own output.
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const args = ['--test', '--test-reporter=tap', 'first.test.mjs'];
  const run = promisify(execFile)(process.execPath, args, { cwd: project, env });
  return (await run.catch((cause: { stdout: string }) => cause)).stdout;
}
