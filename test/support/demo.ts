// The demo as `npm run demo` starts it, on a free port.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const DEMO = fileURLToPath(new URL('../../demo/server.ts', import.meta.url));

export interface Demo {
  readonly url: string;
  /** Turns one of the demo's switches, as its page does. */
  turn(change: object): Promise<void>;
  close(): Promise<void>;
}

export async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, [DEMO, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /http:\/\/localhost:\d+/.exec(printed)?.[0];
      if (found) resolve(found);
    });
    void ended.then(() => reject(new Error(`The demo did not start: ${printed}`)));
  });
  return {
    url,
    async turn(change) {
      const headers = { 'content-type': 'application/json' };
      await fetch(`${url}/demo/switch`, { method: 'POST', headers, body: JSON.stringify(change) });
    },
    async close() {
      child.kill();
      await ended;
    },
  };
}
