// Reads a request of Node's own HTTP server. Making a `Request` of it, and a `Response` of the answer, would cost about as
// much as answering.

import type { IncomingMessage } from 'node:http';
import type { Visit } from './visit.ts';

const decoder = new TextDecoder();

/** The characters of a host and of a URL; Node's parser lets others through. */
const HOST = /^[\w.~%:[\]-]*$/;
const TARGET = /^[\w.~%:[\]\-/?#@!$&'()*+,;=]*$/;

/** `undefined` where the request is none that HTTP knows. */
export function visitOf(request: IncomingMessage, turn: Visit['turn']): Visit | undefined {
  const { method = '', url = '', headers, socket, httpVersion } = request;
  const host = headers.host ?? (httpVersion === '1.0' ? '' : undefined);
  if (!TARGET.test(url) || host === undefined || !HOST.test(host)) return undefined;
  return {
    method,
    path: pathOf(url),
    address: socket.remoteAddress,
    header(name) {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    readText: (mostBytes) => readText(request, mostBytes),
    turn,
  };
}

/** Proxies may send the whole URL. What is neither that nor a path is a path at which there is nothing. */
function pathOf(url: string): string {
  const path = url.startsWith('/') ? url : (URL.parse(url)?.pathname ?? url);
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}

function readText(request: IncomingMessage, mostBytes: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    if (Number(request.headers['content-length'] ?? 0) > mostBytes) return resolve(undefined);
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostBytes) resolve(undefined);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(decoder.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))));
    const breakOff = () => reject(new Error('The client has gone in the middle of its request.'));
    // It closes after every body, and an error with its stack costs more than reading one.
    request.on('close', () => request.complete || breakOff());
    if (request.destroyed) breakOff(); // before anybody listened
  });
}
