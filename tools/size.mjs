// Says how large what browsers load is, and fails where it is larger than promised: the one-file bundle, the headless
// client with everything it imports, and what a host's bundler makes a licensed buyer wait for.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'vite';
import { codeOf, loadedAtOnce } from './loaded-at-once.mjs';

const KIB = 1024;
const root = fileURLToPath(new URL('..', import.meta.url));

report('cdn/device-proof.js, loaded on demand', readFileSync(`${root}cdn/device-proof.js`, 'utf8'), 2 * KIB);
report('before the gate opens', await openingOf('dist/index.js'), 6 * KIB);
report('./client alone', await bundleOf('dist/client/index.js'), 9 * KIB);
// Last, since it is the line that npm test repeats.
report('cdn/license-gate.js', readFileSync(`${root}cdn/license-gate.js`, 'utf8'), 16 * KIB);

function report(name, code, limit) {
  const gzip = gzipSync(code, { level: 9 }).length;
  const brotli = brotliCompressSync(code, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  const isTooLarge = brotli > limit;
  const verdict = `${isTooLarge ? 'over' : 'within'} the ${limit} promised`;
  console.log(`${name}: ${code.length} bytes minified, ${gzip} gzip, ${brotli} brotli (${verdict})`);
  if (isTooLarge) process.exitCode = 1;
}

/** What a host's bundler makes of one of the package's entries. */
async function bundleOf(entry) {
  const [{ output }] = await build(
    hosting({ codeSplitting: false }, { entry: `${root}${entry}`, formats: ['es'] }),
  );
  return output[0].code;
}

/** The part of a host's page that is loaded at once: its chunk with all that this imports statically. */
async function openingOf(entry) {
  const page = 'page.js';
  const plugin = {
    name: 'page',
    resolveId: (id) => (id === page ? id : null),
    load: (id) => (id === page ? `import '${root}${entry}';` : null),
  };
  const { output } = await build({ ...hosting({}, undefined, page), plugins: [plugin] });
  return codeOf(loadedAtOnce(output));
}

/** @returns what tells Vite to build a host's page or library in memory */
function hosting(output, lib, input) {
  return {
    configFile: false,
    logLevel: 'error',
    root,
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      ...(lib && { lib }),
      rolldownOptions: {
        ...(input && { input }),
        external: lib && /\/device-proof\.js$/, // a bundler makes a piece of its own of it, which most pages never load
        output: { ...output, minify: true },
      },
    },
  };
}
