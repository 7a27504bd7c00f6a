// Serves a `fetch` handler on a free loopback port.
import { serve } from '@hono/node-server';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Served {
  readonly port: number;
  /** e.g. http://127.0.0.1:1234 */
  readonly url: string;
  close(): Promise<void>;
}

type FetchHandler = (
  request: Request,
  env: { readonly incoming: IncomingMessage },
) => Response | Promise<Response>;

export function serveFetch(fetch: FetchHandler): Promise<Served> {
  return new Promise((resolve) => {
    const server = serve(
      { fetch: fetch as (request: Request) => Response, port: 0, hostname: '127.0.0.1' },
      ({ port }: AddressInfo) =>
        resolve({
          port,
          url: `http://127.0.0.1:${port}`,
          close: () =>
            new Promise((done) => {
              server.close(() => done());
              if ('closeAllConnections' in server) server.closeAllConnections();
            }),
        }),
    );
  });
}
