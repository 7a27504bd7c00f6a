// Runs one of our programs on a machine where nothing is prepared: gets a Node that is new enough, then the
// packages of the lock, then starts the program. It needs no package itself and works on any Node from 18 on.
//
//   node tools/run.mjs <file> [arguments]
import { ensureNode } from './ensure-node.mjs';
import { ensurePackages } from './ensure-packages.mjs';
import { startProcess } from './start-process.mjs';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  console.error(
    'Which program? node tools/run.mjs <file> [arguments], e.g. node tools/run.mjs demo/server.ts',
  );
  process.exit(2);
}

try {
  const node = await ensureNode();
  await ensurePackages(node);
  process.exitCode = await startProcess(node, [file, ...rest]);
} catch (error) {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
