// `npm run demo`: one process on one port of this machine serves the page (through Vite), the license server, the
// fake marketplace, the seller's print room and the page's switches.

import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { createServer as createViteServer, type Plugin } from 'vite';
import { listenNear, readPort } from './port.ts';
import { createPrintRoom } from './print-room.ts';
import { createWorld, type Switch } from './world.ts';

const HOST = '127.0.0.1';
const LARGEST_SWITCH_BYTES = 1000;

const http = createHttpServer((request, response) => void serve(request, response));
const vite = await createViteServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  configFile: false,
  appType: 'spa',
  logLevel: 'warn',
  plugins: [clockInPage()],
  // Found at first sight of the page, they would make it reload.
  optimizeDeps: { entries: ['index.html'], include: ['lit'] },
  server: { middlewareMode: true, hmr: { server: http }, host: HOST },
});

const port = await listen().catch(fail);
const world = createWorld(`http://${HOST}:${port}`);
const licenseServer = getRequestListener((request, bindings) => world.license.fetch(request, bindings));
const marketplace = getRequestListener((request) => world.marketplace.fetch(request));
const printRoom = getRequestListener(createPrintRoom(`http://${HOST}:${port}/license`, world.now));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
console.log(`
  license-gate demo

    http://localhost:${port}     the page
    http://127.0.0.1:${port}     the same page as a second device

  Ctrl-C ends it.
`);

async function listen(): Promise<number> {
  return listenNear(http, readPort(process.argv.slice(2), process.env), HOST);
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://page');
  if (!isOurName(request.headers.host)) return end(response, 403);
  if (pathname.startsWith('/api/')) return marketplace(request, response);
  if (pathname.startsWith('/license/')) return serveLicense(request, response);
  if (pathname === '/app/print') return printRoom(request, response);
  if (pathname === '/app/tricks') return sendJson(response, await world.tricks());
  if (pathname === '/demo/state') return sendJson(response, world.state);
  if (pathname === '/demo/switch') return turnSwitch(request, response);
  vite.middlewares(request, response, () => end(response, 404));
}

async function serveLicense(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!world.state.isServerUp) return void request.socket.destroy();
  request.url = request.url?.slice('/license'.length);
  await licenseServer(request, response);
  tellPages();
}

async function turnSwitch(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json'))
    return end(response, 405);
  try {
    // Only our own page writes here; a wrong value would break nothing but the demo.
    const change = JSON.parse(await readText(request)) as Switch;
    await world.turn(change);
    if (change.turn === 'reset') vite.ws.send('demo:reset', {});
    tellPages();
    sendJson(response, world.state);
  } catch (cause) {
    end(response, 400, String(cause));
  }
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('content-type', 'application/json');
  response.setHeader('cache-control', 'no-store');
  response.end(JSON.stringify(body));
}

/** Every open page, whatever device it plays, shows the same switches and the same time. */
function tellPages(): void {
  vite.ws.send('demo:state', world.state);
}

/** The page has to know the time before its first script, and without a request: the gate needs none to open. */
function clockInPage(): Plugin {
  return {
    name: 'demo-clock',
    transformIndexHtml: (html) => html.replace('<html ', `<html data-ahead-ms="${world.state.aheadMs}" `),
  };
}

/** Another site that resolves to this machine must not reach the switches. */
const isOurName = (host = ''): boolean => /^(?:127\.0\.0\.1|(?:[\w-]+\.)*localhost)(?::\d+)?$/.test(host);

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > LARGEST_SWITCH_BYTES) throw new Error('That is more than a switch needs.');
  }
  return text;
}

function end(response: ServerResponse, status: number, text = ''): void {
  response.statusCode = status;
  response.end(text);
}

function fail(cause: unknown): never {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exit(1);
}

async function stop(): Promise<never> {
  http.close();
  http.closeAllConnections();
  await Promise.all([vite.close(), world.close()]);
  process.exit(0);
}
