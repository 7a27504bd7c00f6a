// A load generator that costs little, so that what is measured is the server: a few kept connections, each with
// one request under way, sent as bytes that were made before.
import { connect, type Socket } from 'node:net';
import { createHistogram, performance } from 'node:perf_hooks';

export interface Load {
  readonly url: string;
  readonly path: string;
  /** Sent in turn, each a JSON text. */
  readonly bodies: readonly string[];
  readonly connections: number;
  readonly seconds: number;
  /** Ends after exactly so many, where that is sooner. */
  readonly requests?: number;
}

export interface Result {
  readonly requests: number;
  /** a second */
  readonly rate: number;
  /** in ms */
  readonly p50: number;
  readonly p99: number;
  /** how often each HTTP status was answered */
  readonly statuses: ReadonlyMap<number, number>;
}

/** @throws where the server closes a connection or answers in a way that is not understood */
export async function load({
  url,
  path,
  bodies,
  connections,
  seconds,
  requests: most = Infinity,
}: Load): Promise<Result> {
  const { hostname, port, host } = new URL(url);
  const requests = bodies.map((body) => requestOf(host, path, body));
  const statuses = new Map<number, number>();
  const latency = createHistogram();
  const started = performance.now();
  const until = started + seconds * 1000;
  let sent = 0;

  async function drive(): Promise<void> {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const answers = answersFrom(socket);
    try {
      while (sent < most && performance.now() < until) {
        const from = performance.now();
        socket.write(requests[sent++ % requests.length] ?? '');
        const status = await answers();
        latency.record(Math.max(Math.round((performance.now() - from) * 1000), 1));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    } finally {
      socket.destroy();
    }
  }

  await Promise.all(Array.from({ length: connections }, drive));
  const spent = performance.now() - started;
  return {
    requests: latency.count,
    rate: latency.count / (spent / 1000),
    p50: latency.percentile(50) / 1000,
    p99: latency.percentile(99) / 1000,
    statuses,
  };
}

const requestOf = (host: string, path: string, body: string): Buffer =>
  Buffer.from(
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );

/** Resolves with the status of the next answer, once the whole of it has come. */
function answersFrom(socket: Socket): () => Promise<number> {
  let text = '';
  let waiting: { resolve: (status: number) => void; reject: (cause: Error) => void } | undefined;
  const fail = (cause: Error) => waiting?.reject(cause);
  socket.setEncoding('latin1'); // a character a byte, so that lengths agree
  socket.on('data', (chunk: string) => {
    text += chunk;
    const answer = completeAnswer(text);
    if (!answer || !waiting) return;
    text = text.slice(answer.length);
    const { resolve } = waiting;
    waiting = undefined;
    resolve(answer.status);
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The server has closed the connection.')));
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
}

function completeAnswer(text: string): { status: number; length: number } | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const status = Number(text.slice(9, 12));
  const declared = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head));
  const end = declared ? head + 4 + Number(declared[1]) : text.indexOf('\r\n0\r\n\r\n', head) + 7;
  return end > head + 6 && text.length >= end ? { status, length: end } : undefined;
}
