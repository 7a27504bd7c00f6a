// Every check there is: prints what failed, then one line with how many tests passed and
// failed. A suite in which no test ran has failed. With --examples it also builds and walks the examples, which
// installs a few hundred packages.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { untestedEngines } from './browsers.mjs';
import { readTally, tallyText } from './tally.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Scripts of package.json. Those in a lane follow each other, and lanes of a stage run side by side. The suites have
 * the machine to themselves: the races on databases keep a disk so busy that browsers' own databases come too late.
 */
const STAGES = [
  [
    ['build', 'size', 'package'],
    ['typecheck', 'lint'],
  ],
  [['test:browser']],
  [['test:node', 'test:journeys']],
  ...(process.argv.includes('--examples') ? [[['test:examples']]] : []),
];
const NOTHING = { passed: 0, failed: 0, skipped: 0 };

const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));

const started = performance.now();
const results = [];
for (const lanes of STAGES) results.push(...(await Promise.all(lanes.map(runLane))).flat());
const failures = results.filter(({ isOk }) => !isOk);
for (const { script, output } of failures) console.log(`\n──── ${script} failed\n${output.trim()}`);
const untested = untestedEngines();
if (untested) console.log(`\n──── ${untested}`);
console.log(`\nFailed: ${failures.map(({ script }) => script).join(', ') || 'nothing'} (${since(started)})`);
console.log(tallyText(sum(results)));
process.exitCode = failures.length > 0 ? 1 : 0;

/** What comes after a failed script runs all the same: it may have more to say. */
async function runLane(lane) {
  const done = [];
  for (const script of lane) done.push(await runScript(script));
  return done;
}

async function runScript(script) {
  const start = performance.now();
  const suite = /^test:(\w+)/.exec(script)?.[1];
  const { output, code } = await run(scripts[script], suite);
  const tally = suite && (readTally(output) ?? NOTHING);
  const isOk = code === 0 && (!tally || (tally.passed > 0 && tally.failed === 0));
  const summary = tally ? tallyText(tally) : output.trim().split('\n').at(-1);
  console.log(`${isOk ? 'ok  ' : 'FAIL'} ${script.padEnd(14)} ${since(start).padStart(6)}  ${summary}`);
  return { script, output, isOk, tally };
}

/** In a process group of its own, so that a stop reaches whatever the script has started. */
function run(command, suite = '') {
  const PATH = `${ROOT}node_modules/.bin${delimiter}${process.env.PATH}`;
  const child = spawn(command, {
    cwd: ROOT,
    env: { ...process.env, PATH, SUITE: suite },
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve({ output, code });
    });
  });
}

function stop(signal) {
  for (const { pid } of running) process.kill(process.platform === 'win32' ? pid : -pid, signal);
  process.exit(1);
}

function since(start) {
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

/** A check that failed without counting tests counts as one failed test, so that the line never hides it. */
function sum(all) {
  const counts = all.map(({ isOk, tally = NOTHING }) =>
    isOk || tally.failed > 0 ? tally : { ...tally, failed: 1 },
  );
  const total = (name) => counts.reduce((count, each) => count + each[name], 0);
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') };
}
