// Runs one of our programs on a machine where nothing is prepared: gets a Node that is new enough, then the
// packages of the lock, builds ours where the program needs it, then starts the program. It needs no package itself and
// works on any Node from 18 on.
//
//   node tools/run.mjs [--build] <file> [arguments]
import { ensureNode } from './ensure-node.mjs';
import { ensurePackages } from './ensure-packages.mjs';
import { startNpm, startProcess } from './start-process.mjs';

const args = process.argv.slice(2);
const isToBuild = args[0] === '--build';
const [file, ...rest] = args.slice(isToBuild ? 1 : 0);
if (file === undefined) {
  console.error(
    'Which program? node tools/run.mjs [--build] <file> [arguments], e.g. node tools/run.mjs demo/server.ts',
  );
  process.exit(2);
}

try {
  const node = await ensureNode();
  await ensurePackages(node);
  if (isToBuild && (await startNpm(node, ['run', '--silent', 'build'])) !== 0)
    throw new Error('The build failed; the reason stands above.');
  process.exitCode = await startProcess(node, [file, ...rest]);
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
