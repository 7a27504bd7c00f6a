// Starts a child on a given Node that shares this terminal: its exit code comes back, and whoever stops this
// process stops it too.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname } from 'node:path';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const PARENT_LOOK_MS = 500;

/**
 * @param {string} node path of the Node executable, which what the child starts finds first on its PATH too
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export const startProcess = (node, args) =>
  follow(spawn(node, args, { stdio: 'inherit', env: envFor(node) }));

/** npm on that Node: the npm that has started this process, else the one on PATH. */
export function startNpm(node, args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return startProcess(node, [cli, ...args]);
  const isScript = process.platform === 'win32'; // npm.cmd, which only a shell runs
  return follow(spawn('npm', args, { stdio: 'inherit', env: envFor(node), shell: isScript }));
}

function envFor(node) {
  // Where it is set, it names another Node's headers.
  const { npm_config_nodedir: _, ...env } = process.env;
  const path = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...env, [path]: [dirname(node), env[path]].filter(Boolean).join(delimiter) };
}

function follow(child) {
  const handOn = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, handOn);
  // npm stops the shell between it and us, and not every shell hands that on.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== parent) child.kill('SIGTERM');
  }, PARENT_LOOK_MS);

  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new Error(`${child.spawnfile} did not start: ${cause.message}`)));
    child.once('close', (code, signal) =>
      resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]),
    );
  }).finally(() => {
    clearInterval(watch);
    for (const signal of SIGNALS) process.off(signal, handOn);
  });
}
