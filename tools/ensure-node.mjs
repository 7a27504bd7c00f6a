// Finds a Node that runs TypeScript by itself: the running one, or one that npm puts into a cache folder of ours.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { startNpm } from './start-process.mjs';

const WANTED = '24.21.0';

/** @returns {Promise<string>} the path of its executable */
export async function ensureNode() {
  if (runsTypeScript(process.versions.node)) return process.execPath;

  const folder = join(cacheFolder(), 'license-gate', `node-${WANTED}`);
  const executable = executableIn(folder);
  if (existsSync(executable)) return executable;

  console.log(
    `Node ${process.versions.node} is too old for this project: fetching Node ${WANTED} into ${folder}`,
  );
  await fetchNode(folder);
  if (existsSync(executable)) return executable;
  throw new Error(
    `Node ${WANTED} could not be fetched. Check the network, or install Node 24 yourself: https://nodejs.org`,
  );
}

/** Since 22.18 and 23.6, without a flag. */
function runsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

function cacheFolder() {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA;
  return join(homedir(), '.cache');
}

const executableIn = (folder) =>
  join(folder, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Under a name of its own first, so that an interrupted download never looks like a complete one. */
async function fetchNode(folder) {
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'package.json'), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  // The package `node` fetches the executable for this platform in its install script.
  const code = await startNpm(process.execPath, [
    'install',
    '--prefix',
    draft,
    '--ignore-scripts=false',
    ...quiet,
    `node@${WANTED}`,
  ]);
  if (code === 0 && existsSync(executableIn(draft)) && !existsSync(executableIn(folder))) {
    rmSync(folder, { recursive: true, force: true });
    renameSync(draft, folder);
  }
  rmSync(draft, { recursive: true, force: true });
}
