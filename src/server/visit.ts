// A request and its answer as the routes see them, whoever carries them: Node's own HTTP (http.ts) or anything that
// runs `fetch` handlers (fetch-door.ts).

export interface Visit {
  readonly method: string;
  /** without the query */
  readonly path: string;
  /** Where it came from, for rate limits; `undefined` = not limited. */
  readonly address: string | undefined;
  /** @param name in lower case */
  header(name: string): string | undefined;
  /** The body, or `undefined` where it is longer than so many bytes. Rejects where it breaks off. */
  readText(mostBytes: number): Promise<string | undefined>;
  /**
   * The turn of the event loop that it is now, where visits come in turns: whatever is read in a turn had been sent
   * when it began, so what is found out for one of its visits is early enough for all. `undefined` also for a visit that
   * had to wait until a turn was over.
   */
  readonly turn?: (() => object) | undefined;
}

export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | null;
}

/** Answers a visit; what breaks on the way is an answer, too. */
export type Respond = (visit: Visit) => Reply | Promise<Reply>;

export interface Routes {
  readonly byPath: ReadonlyMap<string, Respond>;
  /** for every other path */
  readonly nowhere: Respond;
}
