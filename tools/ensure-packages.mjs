// Installs the packages of the lock where node_modules holds something else: nothing, an older lock's packages,
// or those of another platform or Node.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startNpm } from './start-process.mjs';

const ROOT = new URL('../', import.meta.url);
/** What npm has installed, written by npm at the end of each installation. */
const INSTALLED = 'node_modules/.package-lock.json';
/** For which platform and Node we have installed it. */
const STAMP = 'node_modules/.installed-for';

/** @param {string} node path of the Node executable that is to run the packages */
export async function ensurePackages(node) {
  process.chdir(fileURLToPath(ROOT));
  const present = stamp(node);
  if (isInstalled() && (read(STAMP) ?? present) === present) return;

  console.log(`Installing the packages of package-lock.json into ${fileURLToPath(ROOT)}node_modules`);
  const code = await startNpm(node, ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; the reason stands above.`);
  writeFileSync(new URL(STAMP, ROOT), present);
}

/** Platform and addon interface of that Node, which need not be the running one. */
function stamp(node) {
  const { platform, arch, versions } = node === process.execPath ? process : describe(node);
  return `${platform}-${arch} node-abi-${versions.modules}\n`;
}

const describe = (node) =>
  JSON.parse(
    execFileSync(node, [
      '-p',
      'const { platform, arch, versions } = process; JSON.stringify({ platform, arch, versions })',
    ]),
  );

/** Optional packages are for other platforms, or may fail to install; all others must be there as locked. */
function isInstalled() {
  const locked = packagesOf('package-lock.json');
  const installed = packagesOf(INSTALLED);
  return (
    locked !== undefined &&
    installed !== undefined &&
    Object.entries(locked).every(
      ([path, { version, integrity, optional }]) =>
        path === '' ||
        optional === true ||
        (installed[path]?.version === version &&
          installed[path].integrity === integrity &&
          existsSync(new URL(path, ROOT))),
    )
  );
}

function packagesOf(lock) {
  const text = read(lock);
  try {
    return text === undefined ? undefined : JSON.parse(text).packages;
  } catch {
    return undefined; // half written: counts as not there
  }
}

function read(path) {
  try {
    return readFileSync(new URL(path, ROOT), 'utf8');
  } catch {
    return undefined; // not there
  }
}
