// Builds the one-file browser bundle: element, client, words and their libraries in one minified module.
// The unbundled package entries come from `tsc` (see package.json, "build").
import { minify } from 'terser';
import { defineConfig, type Plugin } from 'vite';

/** Lit's own private names; no other copy of Lit ever sees them. */
const LIT_PRIVATE = /^_\$[A-Z]/;

/** Shortens what a minifier does not know to be style sheets and templates. */
const squeeze: Plugin = {
  name: 'squeeze',
  transform: (code, id) =>
    id.endsWith('styles.ts')
      ? code
          .replaceAll(/\s+/g, ' ')
          .replaceAll(/ ?([{};,]) /g, '$1')
          .replaceAll(': ', ':')
      : null,
  async generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'chunk') continue;
      // Minified code keeps line breaks only inside templates, where a space says the same.
      const oneLine = file.code.replaceAll(/\n\s*/g, ' ');
      const { code } = await minify(oneLine, {
        module: true,
        ecma: 2020,
        compress: { passes: 3 },
        mangle: { properties: { regex: LIT_PRIVATE } },
      });
      file.code = code ?? file.code;
    }
  },
};

export default defineConfig({
  publicDir: false,
  plugins: [squeeze],
  build: {
    target: 'es2022',
    outDir: 'cdn',
    lib: { entry: { 'license-gate': 'src/index.ts' }, formats: ['es'] },
    rolldownOptions: {
      // Vite keeps white space in ES library output unless the bundler itself is told to minify.
      output: { codeSplitting: false, minify: true, entryFileNames: '[name].js' },
    },
  },
});
