// Renews examples/package-lock.json, which pins what the examples bring along: run it when their package.json files
// have changed. Our own package is left out, because each run of the examples packs it anew.
import { execFileSync } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const EXAMPLES = fileURLToPath(new URL('../examples', import.meta.url));
const OURS = 'license-gate-kit';

const folder = mkdtempSync(join(tmpdir(), 'license-gate-lock-'));
try {
  for (const file of globSync('{.,*}/package.json', { cwd: EXAMPLES })) {
    const { dependencies: { [OURS]: _, ...dependencies } = {}, ...rest } = JSON.parse(
      readFileSync(join(EXAMPLES, file), 'utf8'),
    );
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), JSON.stringify({ ...rest, dependencies }));
  }
  const options = ['--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...options], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  copyFileSync(join(folder, 'package-lock.json'), join(EXAMPLES, 'package-lock.json'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
