import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createFolder, run, startMarketplace, startServe } from './support.ts';

const FILE = 'license-gate.config.json';
const read = (folder: string, file = FILE) => JSON.parse(readFileSync(join(folder, file), 'utf8'));

test('writes a configuration that the server takes, and says what comes next', async (t) => {
  const folder = createFolder(t);

  const { code, out } = await run(folder, [
    'init',
    '--product',
    '/my-tool',
    '--origin',
    'https://app.example.com',
  ]);
  const server = await startServe(t, folder, (await startMarketplace(t)).url);

  assert.equal(code, 0);
  assert.deepEqual(read(folder), {
    $schema: 'https://cdn.jsdelivr.net/npm/license-gate-kit/dist/config.schema.json',
    products: {
      '/my-tool': { seats: { 'Standard License': 1, 'Team License': 5, 'Company License': 'unlimited' } },
    },
    allowedOrigins: ['https://app.example.com'],
    database: 'licenses.db',
  });
  assert.match(out, /DIMLI_SELLER_TOKEN/);
  assert.match(out, /license-gate serve\n/);
  assert.match(out, /<license-gate server="http:\/\/127\.0\.0\.1:3000" product="\/my-tool">/);
  assert.match(server.line, /listening/);
});

test('takes seats, origins, database and file from the command line', async (t) => {
  const folder = createFolder(t);
  const args = ['--product', 'game', '--seats', ' A = 2, B=unlimited,C, D=-1', '--config', 'my.json'];
  const more = ['--origin', 'https://a.example, http://localhost:5173', '--database', 'mine.db'];

  const wrong = await run(folder, ['init', ...args, ...more]);
  const right = await run(folder, ['init', ...args.with(3, 'A = 2, B=unlimited, D=-1'), ...more, '--json']);

  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /--seats: "C" is not like/);
  const result = JSON.parse(right.out);
  assert.equal(result.file, join(folder, 'my.json'));
  assert.deepEqual(read(folder, 'my.json').products, {
    game: { seats: { A: 2, B: 'unlimited', D: 'unlimited' } },
  });
  assert.deepEqual(result.config.allowedOrigins, ['https://a.example', 'http://localhost:5173']);
  assert.equal(result.config.database, 'mine.db');
  assert.match(result.next.join('\n'), /serve --config my\.json/);
});

test('asks for what it cannot guess, and again where an answer makes no sense', async (t) => {
  const folder = createFolder(t);
  const answers = ['', '/a b', '/my-tool', 'Solo', 'Solo=1', 'app.example.com', 'https://app.example.com'];

  const { code, err } = await run(folder, ['init'], {}, `${answers.join('\n')}\n`);

  assert.equal(code, 0);
  assert.match(err, /Product slug.*\(?/);
  assert.match(err, /is not a slug/);
  assert.match(err, /"Solo" is not like/);
  assert.match(err, /"app\.example\.com" is not an origin/);
  assert.deepEqual(read(folder).products, { '/my-tool': { seats: { Solo: 1 } } });
  assert.deepEqual(read(folder).allowedOrigins, ['https://app.example.com']);
});

test('an empty answer takes the guess', async (t) => {
  const folder = createFolder(t);

  const { code, out } = await run(folder, ['init'], {}, '/my-tool\n\n\n');

  assert.equal(code, 0);
  assert.equal(read(folder).products['/my-tool'].seats['Team License'], 5);
  assert.match(out, /Put the origin of your app's page under allowedOrigins/);
});

test('writes nothing where nobody answers', async (t) => {
  const folder = createFolder(t);

  const silent = await run(folder, ['init']);
  const halfway = await run(folder, ['init'], {}, '/my-tool\n');
  const json = await run(folder, ['init', '--json']);

  assert.deepEqual([silent.code, halfway.code, json.code], [2, 2, 2]);
  assert.match(silent.err, /Nothing was written/);
  assert.ok(!existsSync(join(folder, FILE)));
});

test('never replaces a file that is there, unless it is told to', async (t) => {
  const folder = createFolder(t, { precious: true });

  const kept = await run(folder, ['init', '--product', '/my-tool']);
  const before = read(folder);
  const forced = await run(folder, ['init', '--product', '/my-tool', '--force']);

  assert.equal(kept.code, 1);
  assert.match(kept.err, /license-gate\.config\.json is there already\. Add --force/);
  assert.deepEqual(before, { precious: true });
  assert.equal(forced.code, 0);
  assert.ok(read(folder).products['/my-tool']);
});

test('says so where it cannot write, and where the server would not start with it', async (t) => {
  const folder = createFolder(t);
  mkdirSync(join(folder, 'folder'));

  const nowhere = await run(folder, ['init', '--product', '/a', '--config', 'no/such/place.json']);
  const directory = await run(folder, ['init', '--product', '/a', '--config', 'folder', '--force']);
  const slug = await run(folder, ['init', '--product', '/a b']);
  const origin = await run(folder, ['init', '--product', '/a', '--origin', 'https://a.example/path']);

  assert.deepEqual([nowhere.code, directory.code, slug.code, origin.code], [1, 1, 2, 2]);
  assert.match(nowhere.err, /place\.json cannot be written \(ENOENT\)/);
  assert.match(directory.err, /folder cannot be written \(EISDIR\)/);
  assert.match(slug.err, /is not a slug/);
  assert.match(origin.err, /is not an origin/);
});

test('names the installed schema where the package is beside it', async (t) => {
  const folder = createFolder(t);
  mkdirSync(join(folder, 'node_modules', 'license-gate-kit', 'dist'), { recursive: true });
  writeFileSync(join(folder, 'node_modules', 'license-gate-kit', 'dist', 'config.schema.json'), '{}');

  await run(folder, ['init', '--product', '/my-tool']);

  assert.equal(read(folder).$schema, './node_modules/license-gate-kit/dist/config.schema.json');
});
