// Says how large the one-file browser bundle is, and fails where it is larger than promised.
import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const BUNDLE = 'cdn/license-gate.js';
const BROTLI_LIMIT_BYTES = 16 * 1024;

const bundle = readFileSync(new URL(`../${BUNDLE}`, import.meta.url));
const gzip = gzipSync(bundle, { level: 9 }).length;
const brotli = brotliCompressSync(bundle, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

const isTooLarge = brotli > BROTLI_LIMIT_BYTES;
const verdict = `${isTooLarge ? 'over' : 'within'} the ${BROTLI_LIMIT_BYTES} promised`;
console.log(`${BUNDLE}: ${bundle.length} bytes minified, ${gzip} gzip, ${brotli} brotli (${verdict})`);
process.exitCode = isTooLarge ? 1 : 0;
