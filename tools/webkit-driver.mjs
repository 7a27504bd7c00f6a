// Drives Debian's WebKitGTK: MiniBrowser behind WebKitWebDriver (W3C WebDriver), on a private Xvfb where the machine
// has no display. Every session has a profile of its own that is gone with it.
import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const DRIVER = '/usr/bin/WebKitWebDriver';
const XVFB = '/usr/bin/Xvfb';
const START_LIMIT_MS = 20_000;
/** Asked for a session with a proxy, the driver gives no answer about once in twenty times; without one it always does. */
const MOST_STARTS = 3;

const findMiniBrowser = () =>
  process.env.WEBKIT_MINIBROWSER ??
  globSync('/usr/lib{,exec}{/*-linux-gnu,}/webkit2gtk-4.*/MiniBrowser').at(-1);

export const hasWebKit = () =>
  findMiniBrowser() !== undefined && existsSync(DRIVER) && Boolean(process.env.DISPLAY || existsSync(XVFB));

/**
 * Starts one browser with one window.
 *
 * @param more further arguments of MiniBrowser, and capabilities of W3C WebDriver such as `proxy`
 * @returns `command(method, path, body)` speaks WebDriver to the session and returns the answer's value;
 *   `close()` ends every process that was started
 */
export async function startWebKit(more = {}) {
  for (let start = 1; ; start += 1)
    try {
      return await startOnce(more);
    } catch (error) {
      if (start === MOST_STARTS) throw error;
    }
}

async function startOnce({ args = [], ...capabilities }) {
  const signal = AbortSignal.timeout(START_LIMIT_MS);
  const children = [];
  const close = () => children.toReversed().forEach((child) => child.kill('SIGTERM'));
  const run = (command, words, options) => {
    const child = spawn(command, words, { stdio: 'ignore', ...options }).on('error', () => {});
    children.push(child);
    return child;
  };
  try {
    const DISPLAY = process.env.DISPLAY || (await startDisplay(run));
    const port = await freePort();
    const driver = `http://127.0.0.1:${port}`;
    run(DRIVER, [`--port=${port}`, '--host=127.0.0.1'], {
      env: { ...process.env, DISPLAY, GDK_BACKEND: 'x11', LIBGL_ALWAYS_SOFTWARE: '1', NO_AT_BRIDGE: '1' },
    });
    await untilReady(driver, signal);
    const browser = { binary: findMiniBrowser(), args: ['--automation', ...args] };
    const alwaysMatch = { ...capabilities, browserName: 'MiniBrowser', 'webkitgtk:browserOptions': browser };
    const wanted = { capabilities: { alwaysMatch } };
    const { sessionId } = await send(driver, 'POST', '/session', wanted, signal);
    const session = `/session/${sessionId}`;
    return {
      command: (method, path, body) => send(driver, method, session + path, body),
      async close() {
        await send(driver, 'DELETE', session).catch(() => {}); // it has crashed: there is nothing left to end
        close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

async function send(driver, method, path, body, signal) {
  const answer = await fetch(driver + path, { method, signal, ...(body && { body: JSON.stringify(body) }) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`WebKitWebDriver, ${method} ${path}: ${value?.error} ${value?.message}`);
  return value;
}

async function untilReady(driver, signal) {
  for (;;) {
    try {
      return await send(driver, 'GET', '/status', undefined, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      await pause(50);
    }
  }
}

async function startDisplay(run) {
  const args = ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'];
  const child = run(XVFB, args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`Xvfb exited with ${code}`)));
    child.stdio[3].once('data', resolve);
  });
  return `:${String(number).trim()}`;
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
