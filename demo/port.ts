// Which port the demo listens on: the wanted one, or the next that is free.

import type { Server } from 'node:http';

const DEFAULT_PORT = 5173;
const TRIES = 20;

/** @throws where `--port` or PORT is no port */
export function readPort(args: readonly string[], env: NodeJS.ProcessEnv): number {
  const at = args.findIndex((arg) => /^--port(?:=|$)/.test(arg));
  const given = at < 0 ? env.PORT : (args[at]?.split('=')[1] ?? args[at + 1]);
  if (at < 0 && !given) return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(given ?? '') ? Number(given) : Number.NaN;
  if (port <= 65_535) return port;
  throw new Error(`"${given ?? ''}" is not a port. Write --port 5173, or any number up to 65535.`);
}

/** @returns the port that it listens on */
export async function listenNear(server: Server, wanted: number, host: string): Promise<number> {
  for (let port = wanted; ; port += 1) {
    const error = await listen(server, port, host);
    const address = server.address();
    if (!error && address && typeof address === 'object') return address.port;
    if (error?.code !== 'EADDRINUSE' || port >= Math.min(wanted + TRIES, 65_535)) throw error;
  }
}

function listen(server: Server, port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error);
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve(undefined);
    });
  });
}
