// A web app that a host's own build makes of the package's entries: one script, and what it loads later beside it.
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Rolldown } from 'vite';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const APP = `${ROOT}app.js`; // nowhere but in memory; from there the package is found by its name

/**
 * @param script the app's own code, which may import `license-gate-kit`
 * @param build other than Vite's defaults
 * @returns its files, by their paths: `/app.js` and the chunks
 */
export async function buildApp(
  script: string,
  { modulePreload }: Pick<BuildOptions, 'modulePreload'> = {},
): Promise<ReadonlyMap<string, string>> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    root: ROOT,
    plugins: [
      {
        name: 'app-in-memory',
        resolveId: (id) => (id === APP ? id : null),
        load: (id) => (id === APP ? script : null),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      ...(modulePreload !== undefined && { modulePreload }),
      rolldownOptions: { input: APP, output: { entryFileNames: 'app.js' } },
    },
  })) as Rolldown.RolldownOutput;
  return new Map(
    built.output.flatMap((file) => (file.type === 'chunk' ? [[`/${file.fileName}`, file.code]] : [])),
  );
}
