// The way in for everything that speaks in `Request` and `Response`: the routes as a Hono app, which can also be
// mounted in another one.

import { Hono, type Context } from 'hono';
import type { Reply, Respond, Routes, Visit } from './visit.ts';

/** What @hono/node-server hands over beside the request; absent elsewhere. */
export interface Bindings {
  readonly incoming?: { readonly socket: { readonly remoteAddress?: string | undefined } };
}

export interface Env {
  Bindings: Bindings;
}

export type AddressOf = (request: Request, bindings: Bindings | undefined) => string | undefined;

export function createFetchDoor({ byPath, nowhere }: Routes, address: AddressOf): Hono<Env> {
  const app = new Hono<Env>();
  const through = (respond: Respond, path?: string) => (c: Context<Env>) => {
    const reply = respond(visitOf(c, path ?? c.req.path, address));
    return reply instanceof Promise ? reply.then(responseOf) : responseOf(reply);
  };
  for (const [path, respond] of byPath) app.all(path, through(respond, path));
  app.notFound(through(nowhere));
  return app;
}

const visitOf = (c: Context<Env>, path: string, address: AddressOf): Visit => ({
  method: c.req.method,
  path,
  address: address(c.req.raw, c.env),
  header: (name) => c.req.header(name),
  readText: (mostBytes) => readText(c, mostBytes),
});

const responseOf = ({ status, headers, body }: Reply): Response => new Response(body, { status, headers });

/** A declared length is kept to by the HTTP parser, so only others are counted. */
async function readText(c: Context<Env>, mostBytes: number): Promise<string | undefined> {
  const declared = c.req.header('content-length');
  if (declared !== undefined && c.req.header('transfer-encoding') === undefined)
    return Number(declared) <= mostBytes ? c.req.raw.text() : undefined;
  const { body } = c.req.raw;
  if (body === undefined) return textWithin(c, mostBytes); // Firefox, in a page or a worker, shows no request's stream
  const reader = body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  for (let size = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.byteLength;
    if (size > mostBytes) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

async function textWithin(c: Context<Env>, mostBytes: number): Promise<string | undefined> {
  const bytes = await c.req.raw.arrayBuffer();
  return bytes.byteLength <= mostBytes ? new TextDecoder().decode(bytes) : undefined;
}
