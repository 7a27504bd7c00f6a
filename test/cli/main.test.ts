import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/commands.ts';
import { COMMAND, createFolder, run } from './support.ts';

test('shows its commands when it is asked, and when it is called with none', async (t) => {
  const folder = createFolder(t);

  const asked = await run(folder, ['--help']);
  const bare = await run(folder, []);

  assert.equal(asked.code, 0);
  assert.match(asked.out, /serve .*\n.*check/);
  assert.equal(bare.code, 2);
  assert.match(bare.err, /Usage: license-gate/);
});

test('names a command that it does not have', async (t) => {
  const folder = createFolder(t);

  const unknown = await run(folder, ['frobnicate']);
  const inherited = await run(folder, ['constructor']);

  assert.deepEqual([unknown.code, inherited.code], [2, 2]);
  assert.match(unknown.err, /There is no command "frobnicate"/);
  assert.match(inherited.err, /There is no command "constructor"/);
});

test('guesses which command or option a misspelt one was meant to be', async (t) => {
  const folder = createFolder(t);

  const command = await run(folder, ['serv']);
  const option = await run(folder, ['serve', '--prot', '1']);

  assert.match(command.err, /There is no command "serv"\. Did you mean "serve"\?/);
  assert.match(option.err, /There is no option --prot\. Did you mean --port\?/);
});

test('says its version', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };

  const { code, out } = await run(createFolder(t), ['--version']);

  assert.equal(code, 0);
  assert.equal(out, `${version}\n`);
});

test('is not upset when nobody reads on', async (t) => {
  const child = spawn(process.execPath, [COMMAND, '--help'], { cwd: createFolder(t) });
  child.stdout.destroy();
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));

  const [code] = await once(child, 'close');

  assert.equal(code, 0);
  assert.equal(err, '');
});

for (const command of COMMANDS.keys()) {
  test(`${command} --help explains its options and does nothing`, async (t) => {
    const { code, out } = await run(createFolder(t), [command, '--help']);

    assert.equal(code, 0);
    assert.match(out, new RegExp(`Usage: license-gate ${command}`));
    assert.match(out, /--json/);
  });

  test(`${command} refuses an option that it does not have`, async (t) => {
    const { code, err } = await run(createFolder(t), [command, '--frobnicate', '3000']);

    assert.equal(code, 2);
    assert.match(err, /There is no option --frobnicate\.\n/);
    assert.match(err, new RegExp(`license-gate ${command} --help`));
    assert.doesNotMatch(err, /\n\s+at /);
  });
}
