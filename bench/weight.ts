// What a browser loads for us and for what a seller would take instead: the same bundler and compression for all.
// The others are installed into a folder of their own, outside the project.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { codeOf, loadedAtOnce } from '../tools/loaded-at-once.mjs';
import { fileAt } from './contender.ts';
import { atMost, enforce, lineOf } from './limit.ts';

const ONE_FILE = 'license-gate, one file';
export const CLIENT = 'license-gate-kit/client';
export const CLIENT_ENTRY = fileAt('../dist/client/index.js');
/** In bytes of brotli. */
const LIMITS = { [ONE_FILE]: 14 * 1024, [CLIENT]: 8 * 1024 };

export interface Weight {
  readonly name: string;
  /** what of a finished gate is in it */
  readonly holds: string;
  readonly minified: number;
  readonly gzip: number;
  readonly brotli: number;
}

interface Package {
  readonly name: string;
  readonly holds: string;
  /** what an app would import to activate, validate and deactivate */
  readonly imports: string;
}

const PEERS: readonly Package[] = [
  {
    name: '@lemonsqueezy/lemonsqueezy.js@4.0.0',
    holds: 'three requests',
    imports: `export { activateLicense, validateLicense, deactivateLicense } from '@lemonsqueezy/lemonsqueezy.js'`,
  },
  {
    name: '@polar-sh/sdk@1.0.1',
    holds: 'three requests, their schemas',
    imports: `export { createPolarCore } from '@polar-sh/sdk/2026-04';
export * from '@polar-sh/sdk/2026-04/services/customer_portal/license_keys'`,
  },
  {
    name: 'extpay@3.1.2',
    holds: 'requests, cached state; for browser extensions',
    imports: `export { default } from 'extpay'`,
  },
  {
    name: '@unlock-protocol/paywall@0.8.1',
    holds: 'a checkout in a frame, state',
    imports: `export { Paywall } from '@unlock-protocol/paywall'`,
  },
  {
    name: 'netlicensing-client@1.2.40',
    holds: 'requests for a whole licensing API',
    imports: `export { default } from 'netlicensing-client'`,
  },
  { name: 'lit@3.3.3', holds: 'nothing of a gate: what ours renders with', imports: `export * from 'lit'` },
];

/** @returns ours first; a package that does not install or bundle is left out, and said to be on stderr */
export async function weigh(): Promise<Weight[]> {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-weight-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
    const weights = [
      weightOf(
        ONE_FILE,
        'form, states, devices, offline, leases, English; other languages when needed',
        readFileSync(fileAt('../cdn/license-gate.js')),
      ),
      weightOf(
        CLIENT,
        'state, devices, offline, leases; no user interface; device proofs when needed',
        codeOf(await bundle(CLIENT_ENTRY)),
      ),
    ];
    for (const peer of PEERS) weights.push(...(await weighPeer(folder, peer)));
    return weights;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function weighPeer(folder: string, { name, holds, imports }: Package): Promise<Weight[]> {
  try {
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    execFileSync('npm', ['install', name, ...quiet], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    const entry = join(folder, 'entry.js');
    writeFileSync(entry, imports);
    return [weightOf(name, holds, codeOf(await bundle(entry)))];
  } catch (cause) {
    console.error(`${name} is left out: ${String(cause).split('\n', 1)[0]}`);
    return [];
  }
}

function weightOf(name: string, holds: string, code: string | Buffer): Weight {
  const [gzip, brotli] = [gzipSync(code, { level: 9 }), brotliCompressSync(code)];
  return { name, holds, minified: Buffer.byteLength(code), gzip: gzip.length, brotli: brotli.length };
}

/** What an app's bundler makes of it, without what is loaded later. */
export async function bundle(entry: string): Promise<Rolldown.OutputChunk[]> {
  const result = await build({
    configFile: false,
    logLevel: 'silent',
    root: join(entry, '..'),
    build: {
      write: false,
      target: 'es2022',
      lib: { entry, formats: ['es'] },
      rolldownOptions: { output: { minify: true } },
    },
  });
  const [made] = Array.isArray(result) ? result : [result];
  if (!made || !('output' in made)) throw new Error(`${entry} did not become a bundle`);
  return loadedAtOnce(made.output);
}

if (import.meta.main) {
  const weights = await weigh();
  for (const { name, holds, minified, gzip, brotli } of weights)
    console.log(
      `${name.padEnd(38)} ${String(minified).padStart(7)} minified ${String(gzip).padStart(6)} gzip ${String(brotli).padStart(6)} brotli  ${holds}`,
    );
  const limits = Object.entries(LIMITS).map(([name, most]) =>
    atMost(
      `${name}, bytes of brotli`,
      weights.find((weight) => weight.name === name)?.brotli ?? Number.NaN,
      most,
    ),
  );
  console.log(`\n${limits.map((limit) => lineOf(limit, 0)).join('\n')}`);
  enforce(limits);
}
