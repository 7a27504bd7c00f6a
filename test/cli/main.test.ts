import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFolder, run } from './support.ts';

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

for (const command of ['serve', 'check']) {
  test(`${command} --help explains its options and does nothing`, async (t) => {
    const { code, out } = await run(createFolder(t), [command, '--help']);

    assert.equal(code, 0);
    assert.match(out, new RegExp(`Usage: license-gate ${command}`));
    assert.match(out, /--json/);
  });

  test(`${command} refuses an option that it does not have`, async (t) => {
    const { code, err } = await run(createFolder(t), [command, '--prot', '3000']);

    assert.equal(code, 2);
    assert.match(err, /--prot/);
    assert.match(err, new RegExp(`license-gate ${command} --help`));
    assert.doesNotMatch(err, /\n\s+at /);
  });
}
