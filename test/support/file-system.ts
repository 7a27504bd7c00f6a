// A file system of its own that is soon full.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Only an administrator may. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-mount-'));
  try {
    mount(folder, '64k');
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * @param size how much there is room for, e.g. `16m`
 * @returns its folder, which is gone after the test
 */
export function mountSmall(t: { after(end: () => void): void }, size: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-full-'));
  mount(folder, size);
  t.after(() => {
    execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true });
  });
  return folder;
}

const mount = (folder: string, size: string) =>
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', folder], { stdio: 'ignore' });
