// The license server under test, as a client sees it: asks within a time limit, waits where the server limits
// requests, and remembers every seat that it took, to give it back.

import { setTimeout as sleep } from 'node:timers/promises';

const ANSWER_LIMIT_MS = 10_000;
const MOST_BYTES = 64 * 1024;
/** A server that wants longer than this to be left alone is not waited for. */
const LONGEST_WAIT_S = 90;
const MOST_WAITS = 3;

export interface Answer {
  /** 0 = there was none; `text` says why */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** the body's fields; empty where it is no JSON object */
  readonly body: Readonly<Record<string, unknown>>;
  readonly isJson: boolean;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Do not wait where the server limits requests. */
  readonly impatient?: boolean;
}

export interface ServerUnderTest {
  readonly url: string;
  ask(path: string, ask?: Ask): Promise<Answer>;
  /** Sends JSON. */
  post(path: string, body: object, more?: Ask): Promise<Answer>;
  activate(licenseKey: string, deviceId: string, more?: object, ask?: Ask): Promise<Answer>;
  deactivate(licenseKey: string, deviceId: string): Promise<Answer>;
  /** Gives back every seat that was taken. @returns how many it could not */
  leave(): Promise<number>;
}

export interface ServerOptions {
  readonly url: string;
  readonly product?: string | undefined;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** Says what takes so long. */
  readonly waiting: (why: string) => void;
}

export function createServerUnderTest({ url, product, signal, waiting }: ServerOptions): ServerUnderTest {
  const seats = new Map<string, readonly [licenseKey: string, deviceId: string]>();
  const base = url.replace(/\/+$/, '');
  const about = product === undefined ? {} : { product };
  let isLeaving = false;

  async function ask(path: string, request: Ask = {}): Promise<Answer> {
    for (let waits = 0; ; waits += 1) {
      if (!isLeaving) signal.throwIfAborted();
      const answer = await once(path, request);
      const seconds = pauseOf(answer);
      if (request.impatient || seconds === undefined || waits === MOST_WAITS) return answer;
      waiting(`the server limits requests: going on in ${seconds} s`);
      await sleep(seconds * 1000, undefined, isLeaving ? {} : { signal });
    }
  }

  async function once(path: string, { method = 'POST', headers = {}, body }: Ask): Promise<Answer> {
    try {
      const response = await fetch(base + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
        redirect: 'manual',
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      const text = await readText(response);
      const json = parse(text);
      const isJson = typeof json === 'object' && json !== null && !Array.isArray(json);
      const fields = isJson ? (json as Record<string, unknown>) : {};
      return { status: response.status, headers: response.headers, text, body: fields, isJson };
    } catch (cause) {
      return { status: 0, headers: new Headers(), text: reasonOf(cause), body: {}, isJson: false };
    }
  }

  const post: ServerUnderTest['post'] = (path, body, more = {}) =>
    ask(path, {
      ...more,
      headers: { 'content-type': 'application/json', ...more.headers },
      body: JSON.stringify({ ...about, ...body }),
    });

  const deactivate: ServerUnderTest['deactivate'] = async (licenseKey, deviceId) => {
    const answer = await post('/deactivate', { licenseKey, deviceId });
    if (answer.body.deactivated === true) seats.delete(`${licenseKey} ${deviceId}`);
    return answer;
  };

  return {
    url: base,
    ask,
    post,
    async activate(licenseKey, deviceId, more = {}, request = {}) {
      // Noted before it is known: an answer that is lost may have taken a seat, too.
      seats.set(`${licenseKey} ${deviceId}`, [licenseKey, deviceId]);
      const answer = await post('/activate', { licenseKey, deviceId, ...more }, request);
      const isRefused = answer.status >= 400 && answer.status < 500;
      if (isRefused) seats.delete(`${licenseKey} ${deviceId}`);
      return answer;
    },
    deactivate,
    async leave() {
      isLeaving = true;
      for (const [licenseKey, deviceId] of seats.values()) await deactivate(licenseKey, deviceId);
      return seats.size;
    },
  };
}

/** Whole seconds to wait, where waiting helps. */
function pauseOf({ status, headers, body }: Answer): number | undefined {
  if (status !== 429 || body.code === 'release_limit_reached') return undefined;
  const seconds = Number(headers.get('retry-after') ?? body.retryAfter ?? Number.NaN);
  return seconds >= 0 && seconds <= LONGEST_WAIT_S ? Math.max(Math.ceil(seconds), 1) : undefined;
}

async function readText(response: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MOST_BYTES) break;
  }
  return text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // whoever asked sees it at isJson
  }
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if (cause.name === 'TimeoutError') return `nothing within ${ANSWER_LIMIT_MS / 1000} s`;
  const inner = cause.cause instanceof Error ? cause.cause : cause;
  return 'code' in inner ? String(inner.code) : inner.message;
}
