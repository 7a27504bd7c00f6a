// Every benchmark in turn, as it prints itself, and all of it written to BENCHMARKS.md with what it was measured on;
// what the README quotes of it is renewed. Ends with 1 where one of them misses a limit that must be kept.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import manifest from '../package.json' with { type: 'json' };
import { findChromium } from '../tools/find-chromium.mjs';
import { fileAt } from './contender.ts';

interface Section {
  readonly title: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** What has to be known to read the numbers, and why a limit is missed where one is. */
  readonly note: string;
}

const SECTIONS: readonly Section[] = [
  {
    title: 'Weight',
    script: 'bench/weight.ts',
    note:
      'One bundler (Rolldown) and the same compression for all, in bytes, without what is loaded later. The others send requests or open a checkout; none of ' +
      'them has a form for a key, a list of devices, and a decision that works offline. What the one file and the client consist ' +
      'of is in the tables further below, and no module in them stands out: to get under their limits, something that they can do would ' +
      'have to go, or to be loaded from beside them.',
  },
  {
    title: 'Start of a licensed buyer’s page',
    script: 'bench/browser.ts',
    note:
      'All in turns in one Chromium; the guide’s server is 100 ms away, its snippet asks before it opens, ours and the floors do not. ' +
      'The floor reads localStorage and verifies one signature, in some twenty lines inside the page. Beyond it ours evaluates a ' +
      'script that can do more, defines and upgrades an element, and reads its settings: see where the time goes, below. What it is ' +
      'of the floor varies by a tenth from run to run. From the navigation on, most of the difference lies before the script starts, ' +
      'while a file more than ten times as large is read and compiled beside the page. On a processor slowed 6 times even the floor ' +
      'takes more than a tenth of the snippet’s time, most of which is the network’s.',
  },
  {
    title: 'Server',
    script: 'bench/server.ts',
    args: ['--million'],
    note:
      'Ours persists, validates and signs; the guide’s Express sample keeps everything in memory and signs nothing; the echo ' +
      'is `node:http` with parsed and serialized JSON. They take turns over real HTTP, load and server on the same cores. A shared machine ' +
      'slows one of them for a while now and then: where ours looks faster than the echo, the echo was slowed. A new device ' +
      'costs a little more in a large database, because what it writes (a license, a seat) lies on pages of its ' +
      'own there, while many in a small one share a few, and devices that come together write each page once. PostgreSQL is a ' +
      'process of its own on the same two cores: SQLite answers an active device from memory as long as nobody has written, PostgreSQL ' +
      'is asked for the license and then for the seat, and what either question costs in its driver and at its socket is in the ' +
      'profile below. The limits of speed are for SQLite, which is the default; the promises are for both.',
  },
  {
    title: 'Where the time and the bytes go',
    script: 'bench/profile.ts',
    note:
      'A profile asks a server some 2,500 times a second where it is; a row of 1 % is good to a few tenths. Shares are of the time ' +
      'in which the server was not idle; what a request costs is measured before, without the profiler. Native code counts where it ' +
      'was called, so JSON is part of who parses or writes it. A write lasts until the system has handed the bytes over, for ' +
      'part of which the system charges nobody: the last line, by its own count, is somewhat less than reading and writing. The ' +
      'echo’s answer has some 150 bytes, ours with its lease some 900. A start is no profile, but what lies between its calls of ' +
      'the browser: the mean of the middle half of all openings. `npm run bench:profile` leaves profiles of all of them in ' +
      '`profiles/`.',
  },
  {
    title: 'Live keys behind one address',
    script: 'bench/budget.ts',
    note:
      'A simulation of four weeks with the server’s own rules against 30 verifications a minute. `npm run bench:budget` also ' +
      'searches for the largest fleet that each way carries, and takes many minutes.',
  },
];

const page = [await heading()];
for (const { title, script, args = [], note } of SECTIONS) {
  console.log(`\n── ${title}`);
  const output = await run(script, args);
  page.push(`## ${title}\n\n${note}\n\n\`\`\`text\n${output.trim()}\n\`\`\`\n`);
  writeFileSync(fileAt('../BENCHMARKS.md'), page.join('\n'));
}

execFileSync(process.execPath, [fileAt('../tools/quote-benchmarks.mjs')], { stdio: 'inherit' });

/** Shows what the benchmark prints while it runs, and hands it back. */
async function run(script: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [fileAt(`../${script}`), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    process.stdout.write(text);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) process.exitCode = 1;
  return output;
}

async function heading(): Promise<string> {
  const { executablePath } = await findChromium();
  const chromium = execFileSync(executablePath ?? 'chromium', ['--version'])
    .toString()
    .trim();
  const { length: cores, 0: core } = cpus();
  return `# Benchmarks

\`npm run bench\` writes this page. Compare what stands in one block, which was measured in one run; another machine has other numbers
and, nearly, the same ratios. "MISSED" is a limit that must be kept, "aim missed" one that is kept while what is aimed at is not reached.

| | |
|---|---|
| date | ${new Date().toISOString().slice(0, 10)} |
| license-gate-kit | ${manifest.version} |
| Node | ${process.versions.node} |
| browser | ${chromium} |
| machine | ${cores} × ${core?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform} |
`;
}
