// Node's HTTP server before the routes: how long it waits for whom, what it answers to what is no HTTP, and which
// connections nobody is being served on. What a request says is read in incoming.ts.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { visitOf } from './incoming.ts';
import type { Reply, Respond } from './visit.ts';

export interface HttpLimits {
  /** A client that has not sent its whole head by then is cut off, one that has not sent all by then likewise. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often that is looked at. */
  readonly checkMs: number;
  readonly connections: number;
}

const LIMITS: HttpLimits = { headersMs: 10_000, requestMs: 15_000, checkMs: 5_000, connections: 10_000 };

/** A client that sends more requests than this before the first is answered wants to fill the memory. */
const MOST_WAITING = 100;

export interface HttpServer {
  readonly http: Server;
  /** Cuts the connections on which nobody is being served, now and as soon as nobody is. */
  cutIdle(): void;
  /** Resolves when no request is in hand any more, those whose client has gone included. */
  done(): Promise<void>;
}

/**
 * A turn of the event loop. The answers that are ready in it go out one after the other when it ends: that takes about a
 * fifth less of the processor than to write each between reading two requests.
 */
interface Turn {
  readonly ready: Ready[];
}

interface Ready {
  readonly connection: Connection;
  readonly response: ServerResponse;
  readonly reply: Reply;
}

/**
 * Its requests are served one behind the other, as HTTP wants it where they change something (RFC 9112, section 9.3.2):
 * a device that gives its seat up and at once asks for one shall have it in the end.
 */
interface Connection {
  /** what was last asked on it is answered with this */
  last?: ServerResponse;
  isServed: boolean;
  /** What lets the next one go on, for each that came before the one ahead of it was answered. */
  readonly waiting: (() => void)[];
}

/** What happens before there is a request to answer, by Node's own codes. */
const NO_REQUEST: Readonly<Record<string, { status: string; error: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    error: 'The headers are longer than 16 kB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', error: 'The request took too long to come.' },
};
const NO_HTTP = { status: '400 Bad Request', error: 'This is not HTTP as this server reads it.' };

/** Nothing here is worth hiding, and the origin cannot always be read: every page may know what went wrong. */
const HEADERS = {
  'Content-Type': 'application/json',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Access-Control-Allow-Origin': '*',
} as const;

export function createHttpServer(respond: Respond, limits: HttpLimits = LIMITS): HttpServer {
  const connections = new Map<Socket, Connection>();
  let turn: Turn | undefined;
  let isCutting = false;
  let inHand = 0;
  let whenDone: (() => void) | undefined;

  const http = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkMs,
      requireHostHeader: false, // Node would refuse it with an answer that no page can read
    },
    (request, response) => void serve(request, response),
  );
  http.maxConnections = limits.connections;

  http.on('connection', (socket) => {
    connections.set(socket, { isServed: false, waiting: [] });
    socket.once('close', () => connections.delete(socket));
  });

  http.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // In the middle of an answer there is no room for another one.
    const last = connections.get(socket)?.last;
    const isTooLate = !socket.writable || (last && !last.closed && last.headersSent);
    if (isTooLate || error.code === 'ECONNRESET') return void socket.destroy();
    const { status, error: text } = NO_REQUEST[error.code ?? ''] ?? NO_HTTP;
    const body = problem(text);
    const headers = { ...HEADERS, 'Content-Length': Buffer.byteLength(body), Connection: 'close' };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.end([`HTTP/1.1 ${status}`, ...lines, '', body].join('\r\n'), () => socket.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    const connection = connections.get(socket);
    if (!connection || connection.waiting.length === MOST_WAITING) return void socket.destroy();
    connection.last = response;
    if (isCutting) cutAfter(response, socket);
    inHand += 1;
    const hasToWait = connection.isServed;
    if (hasToWait) await new Promise<void>((goOn) => connection.waiting.push(goOn));
    connection.isServed = true;
    try {
      // One that goes on as a turn ends would begin the next one, before what is read in that has been sent.
      const visit = visitOf(request, hasToWait ? undefined : presentTurn);
      const reply = visit ? await respond(visit) : noHttp();
      presentTurn().ready.push({ connection, response, reply });
    } catch {
      socket.destroy(); // the client has gone in the middle of it
      handled(connection);
    }
  }

  /** Requests are read in turns, and what is set to come at once comes when all that had arrived was read. */
  function presentTurn(): Turn {
    if (!turn) {
      const begun: Turn = { ready: [] };
      setImmediate(() => end(begun));
      turn = begun;
    }
    return turn;
  }

  function end({ ready }: Turn): void {
    turn = undefined;
    for (const { connection, response, reply } of ready) {
      try {
        write(response, reply);
      } catch {
        response.socket?.destroy();
      }
      handled(connection);
    }
  }

  function handled(connection: Connection): void {
    const goOn = connection.waiting.shift();
    if (goOn) goOn();
    else connection.isServed = false;
    inHand -= 1;
    if (inHand === 0) whenDone?.();
  }

  return {
    http,
    cutIdle() {
      isCutting = true;
      for (const [socket, { last }] of connections)
        if (last && !last.closed) cutAfter(last, socket);
        else socket.destroy();
    },
    done: () => (inHand === 0 ? Promise.resolve() : new Promise((resolve) => (whenDone = () => resolve()))),
  };
}

const noHttp = (): Reply => ({ status: 400, headers: { ...HEADERS }, body: problem(NO_HTTP.error) });

/** In one piece, so that it is one packet. */
function write(response: ServerResponse, { status, headers, body }: Reply): void {
  if (body === null) return void response.writeHead(status, headers).end();
  const length = Buffer.byteLength(body);
  headers['Content-Length'] = String(length);
  // A character a byte is the same text in both, and is written quicker as Latin-1.
  response.writeHead(status, headers).end(body, length === body.length ? 'latin1' : 'utf8');
}

const cutAfter = (answer: ServerResponse, socket: Socket): void =>
  void answer.once('close', () => socket.end());

const problem = (error: string): string =>
  JSON.stringify({
    error,
    code: 'invalid_request',
    retryable: false,
    requestId: crypto.randomUUID(),
  });
