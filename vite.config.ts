// Builds the one-file browser bundle: element, client, words and their libraries in one minified module.
// The unbundled package entries come from `tsc` (see package.json, "build").
import { defineConfig } from 'vite';

export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2022',
    outDir: 'cdn',
    sourcemap: true,
    lib: { entry: { 'license-gate': 'src/index.ts' }, formats: ['es'] },
    rolldownOptions: {
      // Vite keeps white space in ES library output unless the bundler itself is told to minify.
      output: { codeSplitting: false, minify: true, entryFileNames: '[name].js' },
    },
  },
});
