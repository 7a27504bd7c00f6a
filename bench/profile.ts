// Where the time and the bytes go: profiles that are made anew each time, in plain rows. What Node's and the browser's profilers
// wrote is left in `profiles/`; Chrome's DevTools (Performance, "Load profile") shows it as flames.
//
//   npm run bench:profile -- [--only server|start|bundle]
import { parseArgs } from 'node:util';
import { printBundles } from './profile-bundle.ts';
import { printServer } from './profile-server.ts';
import { printStart } from './profile-start.ts';

const PARTS: readonly (readonly [name: string, print: () => Promise<void>])[] = [
  ['server', printServer],
  ['start', printStart],
  ['bundle', printBundles],
];

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
for (const [name, print] of PARTS)
  if (only === undefined || only === name) {
    console.log();
    await print();
  }
