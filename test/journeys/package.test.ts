// The built package as sellers get it: its command and the schema of its configuration.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { COMMANDS } from '../../src/cli/commands.ts';
import { configJsonSchema } from '../../src/server/config-json-schema.ts';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const run = (...args: string[]) => promisify(execFile)(process.execPath, [COMMAND, ...args]);

test('the built command knows its version and every command', async () => {
  const version = await run('--version');
  const helps = await Promise.all(
    [...COMMANDS.keys()].map(async (name) => (await run(name, '--help')).stdout),
  );

  assert.match(version.stdout, /^\d+\.\d+\.\d+/);
  assert.deepEqual(
    helps.filter((help) => !help.includes('Usage: license-gate')),
    [],
  );
});

test('the package hands out the schema of its configuration', () => {
  const file = fileURLToPath(import.meta.resolve('license-gate-kit/config.schema.json'));

  const published = JSON.parse(readFileSync(file, 'utf8'));

  assert.deepEqual(published, JSON.parse(JSON.stringify(configJsonSchema())));
});
