// The examples in a temporary folder, as their sellers would have them: with the packed package, all their own
// packages, and a license server that is at hand in the place of theirs.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, extname, join, normalize } from 'node:path';
import { promisify } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };
import { pathOf } from './documents.ts';
import { serveFetch, type Served } from './http.ts';

const SERVER = 'https://licenses.example.com';
const CDN = 'https://cdn.jsdelivr.net/npm/';
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** What somebody has installed in an example is no part of it. */
const isOurs = (path: string): boolean => basename(path) !== 'node_modules';

/** Where npm and what it starts find this Node first; what somebody's own npm is set up with stays. */
const ENVIRONMENT = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
  NODE_TEST_CONTEXT: undefined, // they are not parts of this run of tests
  NO_COLOR: '1',
  NEXT_TELEMETRY_DISABLED: '1',
  ASTRO_TELEMETRY_DISABLED: '1',
  NG_CLI_ANALYTICS: 'false',
};

export interface Workshop {
  /** Runs a script of an example's package.json. @throws with all that it has printed */
  run(example: string, script: string): Promise<string>;
  /** Starts an example's back end on a free port. */
  start(example: string): Promise<Served>;
  /** Serves a folder of an example, and the packages beside it. */
  serve(example: string, folder: string): Promise<Served>;
  close(): void;
}

/** @param serverUrl of the license server that the examples get; for those in `withoutServer` theirs stays */
export async function openWorkshop(serverUrl: string, withoutServer: readonly string[]): Promise<Workshop> {
  const folder = mkdtempSync(join(tmpdir(), 'license-gate-examples-'));
  const close = () => rmSync(folder, { recursive: true, force: true });
  await furnish(folder, serverUrl, withoutServer).catch((cause) => {
    close();
    throw cause;
  });
  return {
    run: (example, script) => runCommand(`npm run ${script}`, join(folder, example)),
    start: (example) => startBackEnd(join(folder, example)),
    serve: (example, part) => serveFiles(join(folder, example, part), folder),
    close,
  };
}

async function furnish(folder: string, serverUrl: string, withoutServer: readonly string[]): Promise<void> {
  cpSync(pathOf('examples'), folder, { recursive: true, filter: isOurs });
  await runCommand(`npm pack --ignore-scripts --pack-destination "${folder}"`, pathOf('.'));
  const packed = `file:${join(folder, `${manifest.name}-${manifest.version}.tgz`)}`;
  for (const file of globSync('*/**/*.*', { cwd: folder })) {
    const path = join(folder, file);
    if (!statSync(path).isFile()) continue;
    const ours = withoutServer.some((example) => file.startsWith(example)) ? SERVER : serverUrl;
    const text = readFileSync(path, 'utf8').replaceAll(SERVER, ours).replaceAll(CDN, '/node_modules/');
    const dependency = `"${manifest.name}": "${manifest.version}"`;
    writeFileSync(path, text.replace(dependency, `"${manifest.name}": ${JSON.stringify(packed)}`));
  }
  await runCommand('npm install --ignore-scripts --no-audit --no-fund --prefer-offline', folder);
}

async function runCommand(command: string, cwd: string): Promise<string> {
  const run = promisify(execFile)(command, {
    cwd,
    env: ENVIRONMENT,
    shell: true,
    maxBuffer: 1 << 24,
  } as never);
  return run.then(
    ({ stdout }) => String(stdout),
    (cause: { stdout: string; stderr: string }) => {
      throw new Error(`${command} failed in ${cwd}:\n${cause.stdout}\n${cause.stderr}`);
    },
  );
}

const serveFiles = (folder: string, root: string): Promise<Served> =>
  serveFetch((request) => {
    const { pathname } = new URL(request.url);
    const from = pathname.startsWith('/node_modules/') ? root : folder;
    const file = join(from, normalize(pathname.endsWith('/') ? `${pathname}index.html` : pathname));
    return existsSync(file)
      ? new Response(readFileSync(file), {
          headers: { 'content-type': TYPES[extname(file)] ?? 'text/plain' },
        })
      : new Response('There is no such file.', { status: 404 });
  });

async function startBackEnd(folder: string): Promise<Served> {
  const { port, close: free } = await serveFetch(() => new Response());
  await free();
  const env = { ...ENVIRONMENT, PORT: String(port) };
  const child = spawn(process.execPath, ['server.mjs'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  await untilItAnswers(url, child);
  return {
    port,
    url,
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

async function untilItAnswers(url: string, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The back end ended with ${child.exitCode}.`);
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
