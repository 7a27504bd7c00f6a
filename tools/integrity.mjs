// Writes the hashes of what a CDN serves beside it, so that pages can pin them (Subresource Integrity).
import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';

const CDN = new URL('../cdn/', import.meta.url);

const hashes = globSync('**/*.js', { cwd: CDN })
  .map((path) => path.replaceAll('\\', '/'))
  .toSorted()
  .map((path) => [path, hashOf(readFileSync(new URL(path, CDN)))]);
writeFileSync(new URL('integrity.json', CDN), `${JSON.stringify(Object.fromEntries(hashes), null, 2)}\n`);

function hashOf(content) {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}
