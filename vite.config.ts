// Builds the one-file browser bundle: element, client, English words and their libraries in one minified module, and
// the other languages as files beside it.
// The unbundled package entries come from `tsc` (see package.json, "build").
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transform } from 'lightningcss';
import { minify } from 'terser';
import { defineConfig, transformWithOxc, type Plugin } from 'vite';

/** Names of properties that only our own code uses, and that are neither stored nor sent: they may be shortened. */
const PRIVATE =
  'act advice alone announce askToDeactivate chance clientOptions deactivationFailedOn ends entry ' +
  'failure failures follow forced freeSeat hideNotice isAskingToDeactivate isMaybeTooNew ' +
  'isNoticeHidden isSlow isTrying licenseChanged locking prepare requestUpdate seatlessKey settle settled stored ' +
  'until useOtherKey verifier wantsOtherKey ' +
  'noteFocus welcome offer focusField';

/** Lets Chromium compile the whole file beside the page instead of each function on its first call: a quarter of a start. */
const COMPILE_ALL = '//# allFunctionsCalledOnLoad';

/** Shortens what a minifier does not know to be style sheets and templates. */
const squeeze: Plugin = {
  name: 'squeeze',
  transform: (code, id) =>
    id.endsWith('styles.ts')
      ? code.replace(/`[^`]+`/, (css) => {
          const source = Buffer.from(css.slice(1, -1));
          const { code: small } = transform({ filename: 'styles.css', code: source, minify: true });
          const names = [...new Set(String(small).match(/--_[\w-]+/g))];
          const short = String(small).replaceAll(/--_[\w-]+/g, (name) => `--_${names.indexOf(name)}`);
          return `\`${short.replaceAll(', ', ',')}\``;
        })
      : null,
  async generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk') continue;
      // Minified code keeps line breaks only inside templates, where a space says the same, and nothing between tags and
      // at a tag's end.
      const oneLine = file.code
        .replaceAll(/(?<=[>}])\n\s*(?=[<$])|(?<=[}\w])\n\s*(?=>)/g, '')
        .replaceAll(/\n\s*/g, ' ');
      const { code } = await minify(oneLine, {
        module: true,
        ecma: 2020,
        // unsafe_math: `+text` for `Number(text)`, and one factor for two.
        // unsafe: `new` before what does not need it, names of symbols, `String(…)` of what is never a symbol.
        // unsafe_arrows: nothing of ours is called with `new` that is a function and no class.
        compress: {
          passes: 5,
          unsafe: true,
          unsafe_symbols: true,
          unsafe_arrows: true,
          unsafe_math: true,
          pure_getters: true,
        },
        mangle: {
          properties: { regex: new RegExp(`^(${PRIVATE.replaceAll(' ', '|')})$`) },
          // Which letters stand for which names is luck where it is compressed; of those tried this is the least.
          reserved: ['n'],
        },
      });
      file.code = `${COMPILE_ALL}\n${code ?? file.code}`;
    }
  },
};

const LOCALES = readdirSync(new URL('src/element/locales', import.meta.url)).map((file) => file.slice(0, -3));

/** Every other language is a file of its own. */
const separateLocales: Plugin = {
  name: 'separate-locales',
  async generateBundle() {
    for (const name of LOCALES) {
      const path = fileURLToPath(new URL(`src/element/locales/${name}.ts`, import.meta.url));
      const { code } = await transformWithOxc(readFileSync(path, 'utf8'), path);
      const source = (await minify(code, { module: true })).code ?? code;
      this.emitFile({ type: 'asset', fileName: `locales/${name}.js`, source });
    }
  },
};

/**
 * A CDN serves the bundle under its file's name or under the package's alone: where the address names no script,
 * the files lie in the package's folder.
 */
const besideTheBundle: Plugin = {
  name: 'beside-the-bundle',
  resolveId: (source) => (source === FOLDER ? source : null),
  load: (id) => BESIDE.find(([end]) => id.endsWith(end))?.[1],
};

const FOLDER = 'folder-of-the-bundle';
const BESIDE = [
  [
    FOLDER,
    `export const folder = () => {
      const at = import.meta.url;
      return new URL('.', /\\.m?js\\b[^/]*$/.test(at) ? at : at + '/cdn/');
    };`,
  ],
  [
    '/element/locales.ts',
    `import { folder } from '${FOLDER}';
    export const LOCALE_NAMES = ${JSON.stringify(LOCALES)};
    export const loadLocale = (name) => import(/* @vite-ignore */ folder() + 'locales/' + name + '.js');`,
  ],
  [
    '/client/load-device-proof.ts',
    `import { folder } from '${FOLDER}';
    export const loadDeviceProof = () => import(/* @vite-ignore */ folder() + 'device-proof.js');`,
  ],
] as const;

const smallHtml: Plugin = {
  name: 'small-html',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source === './html.ts' && importer?.includes('/element/')
      ? fileURLToPath(new URL('src/element/html-small.ts', import.meta.url))
      : null,
  transform(code, id) {
    if (id.includes('/element/view') && /="[^"]*\$\{[^"]*\$\{/.test(code))
      this.error(`${id} has an attribute with two values, which html-small.ts does not know.`);
    return null;
  },
};

/** As license-gate.ts and client-controller.ts write it. */
const LATER = /const \{ (\w+) \} = await loadPart\([^()]+, \(\) => import\(([^)]+)\)\);/g;

/** In the one file everything is there from the start: what the package's modules import later is imported at once. */
const nothingLater: Plugin = {
  name: 'nothing-later',
  enforce: 'post',
  transform(code, id) {
    if (!id.includes('/element/')) return null;
    const imports: string[] = [];
    const rest = code.replaceAll(LATER, (_found, name, source) => {
      imports.push(`import { ${name} } from ${source};`);
      return '';
    });
    if (rest.includes('await loadPart('))
      this.error(`What ${id} imports later is written in a way that is not found.`);
    return imports.join('') + rest;
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [nothingLater, smallHtml, besideTheBundle, squeeze, separateLocales],
  build: {
    target: 'es2022',
    outDir: 'cdn',
    lib: {
      entry: { 'license-gate': 'src/index.ts', 'device-proof': 'src/client/device-proof.ts' },
      formats: ['es'],
    },
    rolldownOptions: {
      // Vite keeps white space in ES library output unless the bundler itself is told to minify.
      output: { minify: true, entryFileNames: '[name].js' },
    },
  },
});
