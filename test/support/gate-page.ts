// A seller's web app around the one-file bundle, set up as its address says, and what a buyer does in it in any engine.
import { readFileSync } from 'node:fs';
import type { Tab } from './engines.ts';
import { serveFetch, type Served } from './http.ts';

const BUNDLE = new URL('../../cdn/', import.meta.url);

/** What the address of the page sets up. */
export interface Scene {
  /** the license server's URL */
  readonly server: string;
  /** By how many milliseconds the page's clock is ahead. */
  readonly later?: number;
  /** The same once the page has come back whole from the browser's cache. */
  readonly laterWhenBack?: number;
  /** The page wants the device to prove itself; `missing`: and what lies beside the bundle was not copied with it. */
  readonly proof?: 'auto' | 'missing';
  /** The app stands in a frame: of another site, or sandboxed. */
  readonly frame?: 'foreign' | 'sandboxed';
}

export interface GateState {
  readonly access: string;
  readonly reason: string | null;
  readonly storage: string;
  readonly hasApp: boolean;
}

const GATE = `document.querySelector('license-gate')`;
/** Somebody who can be asked by a script only: events reach a page in any engine, a mouse does not. */
export interface Visitor {
  readonly tab: Tab;
  visit(scene: Scene): Promise<void>;
  /** Runs in the document of the app, also where that is a frame. */
  run<T>(body: string): Promise<T>;
  /** @param expression may name `gate` */
  until(expression: string): Promise<void>;
  /** Types the key and presses the button. */
  submit(key: string): Promise<void>;
  unlock(key: string): Promise<void>;
  press(name: string): Promise<void>;
  /** Waits until the gate says this. */
  sees(text: string): Promise<void>;
  state(): Promise<GateState>;
  text(): Promise<string>;
}

/** @param origin of the page; other than where it is served where a habit of the browser gives it a name */
export function visitorIn(tab: Tab, origin: string): Visitor {
  let isFramed = false;
  const run: Visitor['run'] = (body) => {
    const inApp = `const gate = ${GATE}; ${body}`;
    return tab.run(isFramed ? `return window.runInFrame(${JSON.stringify(inApp)});` : inApp);
  };
  const visitor: Visitor = {
    tab,
    run,
    async visit(scene) {
      isFramed = scene.frame !== undefined;
      const search = new URLSearchParams(Object.entries(scene).map(([name, value]) => [name, String(value)]));
      await tab.visit(`${origin}/?${search}`);
      if (isFramed) await tab.until('window.isFrameReady');
      await visitor.until(
        `gate && gate.access !== 'unknown' && !['activating', 'checking'].includes(gate.activity)`,
      );
    },
    until: (expression) =>
      tab.until(
        isFramed
          ? `await window.runInFrame(${JSON.stringify(`const gate = ${GATE}; return Boolean(${expression});`)})`
          : `await (async (gate) => ${expression})(${GATE})`,
      ),
    submit: (key) =>
      run(`
        gate.shadowRoot.querySelector('input').value = '${key}';
        gate.shadowRoot.querySelector('form').requestSubmit();`),
    async unlock(key) {
      await visitor.submit(key);
      await visitor.until(`document.querySelector('main')`);
    },
    async press(name) {
      const button = `[...gate.shadowRoot.querySelectorAll('button')].find((one) => one.textContent.trim().includes(${JSON.stringify(name)}))`;
      await visitor.until(button);
      await run(`${button}.click();`);
    },
    sees: (text) => visitor.until(`gate.shadowRoot.textContent.replace(/\\s+/g, ' ').includes('${text}')`),
    state: () =>
      run(`return { access: gate.access, reason: gate.reason ?? null, storage: gate.storageMode,
        hasApp: document.querySelector('main') !== null };`),
    text: () => run(`return gate.shadowRoot.textContent.replace(/\\s+/g, ' ').trim();`),
  };
  return visitor;
}

export const serveGatePage = (): Promise<Served> => serveFetch(answer);

const as = (type: string) => ({ headers: { 'content-type': type, 'access-control-allow-origin': '*' } });

function answer({ url }: Request): Response {
  const { pathname, searchParams, origin } = new URL(url);
  const file = /^\/(?:alone\/)?(license-gate\.js)$|^\/(device-proof\.js)$/.exec(pathname);
  if (file)
    return new Response(readFileSync(new URL(file[1] ?? file[2] ?? '', BUNDLE)), as('text/javascript'));
  if (pathname.startsWith('/alone/')) return new Response('Not found', { status: 404 });
  if (pathname === '/elsewhere')
    return new Response('<!doctype html><title>Elsewhere</title>', as('text/html'));
  const frame = searchParams.get('frame');
  searchParams.delete('frame');
  const app = appOf(origin, searchParams);
  return new Response(frame ? around(frame, app, origin, searchParams) : app, as('text/html'));
}

function appOf(origin: string, search: URLSearchParams): string {
  const later = Number(search.get('later'));
  const proof = search.get('proof');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>My Tool</title>
    <style>license-gate:not(:defined) { display: none }</style>
    <script>
      let later = ${later};
      const { now } = Date;
      Date.now = () => now() + later;
      addEventListener('pageshow', ({ persisted }) => {
        if (!persisted) return;
        later = ${Number(search.get('laterWhenBack') ?? later)};
        window.accessesWhenBack = [];
        const gate = ${GATE};
        const note = () => window.accessesWhenBack.push(gate.access + (document.querySelector('main') ? ' with app' : ''));
        new MutationObserver(note).observe(gate, { attributeFilter: ['access'] });
      });
      addEventListener('message', async ({ source, data: { id, body } }) => {
        const answer = await Object.getPrototypeOf(async () => {}).constructor(body)().then(
          (value) => ({ id, value }),
          (error) => ({ id, error: String(error) }),
        );
        source.postMessage(answer, '*');
      });
    </script>
    <script type="module" src="${origin}/${proof === 'missing' ? 'alone/' : ''}license-gate.js"></script>
    <license-gate server="${search.get('server')}" product="/my-tool" ${proof ? 'device-proof="auto"' : ''}><template><main>The app</main></template></license-gate>`;
}

const attribute = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** A page with the app in a frame, and with a way to run scripts there. */
function around(kind: string, app: string, origin: string, search: URLSearchParams): string {
  const foreign = `${origin.replace('127.0.0.1', 'localhost')}/?${search}`;
  const frame =
    kind === 'sandboxed'
      ? `sandbox="allow-scripts" srcdoc="${attribute(app)}"`
      : `src="${attribute(foreign)}"`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Somebody else's page</title>
    <script>
      const waiting = new Map();
      addEventListener('message', ({ data: { id, value, error } }) => {
        const { resolve, reject } = waiting.get(id);
        error === undefined ? resolve(value) : reject(new Error(error));
      });
      window.runInFrame = (body) => new Promise((resolve, reject) => {
        const id = waiting.size;
        waiting.set(id, { resolve, reject });
        frames[0].postMessage({ id, body }, '*');
      });
      addEventListener('load', () => { window.isFrameReady = true; });
    </script>
    <iframe width="600" height="600" ${frame}></iframe>`;
}
