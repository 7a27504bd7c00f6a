// Removes what a build writes, so that a deleted source leaves no trace in the package.
import { rmSync } from 'node:fs';
for (const folder of ['dist', 'cdn'])
  rmSync(new URL(`../${folder}`, import.meta.url), { recursive: true, force: true });
