// Writes the changes that came in one turn of the event loop in one transaction: what makes a change dear is waiting for
// the disk, and once is enough for all of them. Each stands and falls alone, and each is acknowledged after the commit.

import type { DatabaseSync } from 'node:sqlite';

export interface SharedCommit {
  /**
   * Runs `work` with the database's write lock in hand, after the changes that came before it.
   *
   * @returns what `work` returns, once it is on the disk; where it throws, only what it wrote itself is undone
   */
  change<R>(work: () => R): Promise<R>;
  /** Writes at once what still waits. */
  flush(): void;
}

interface Waiting {
  /** Runs the change; says what to tell whoever waits for it, once all is written. */
  readonly attempt: () => () => void;
  readonly reject: (cause: unknown) => void;
}

/** @param prepare is called before each transaction, and may refuse it by throwing */
export function createSharedCommit(db: DatabaseSync, prepare: () => void): SharedCommit {
  const sql = {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    mark: db.prepare('SAVEPOINT change'),
    keep: db.prepare('RELEASE change'),
    undo: db.prepare('ROLLBACK TO change'),
  };
  let waiting: Waiting[] = [];

  function flush(): void {
    const changes = waiting;
    if (changes.length === 0) return;
    waiting = [];
    try {
      prepare();
      sql.begin.run();
      const reports = changes.map(({ attempt }) => attempt());
      sql.commit.run();
      for (const report of reports) report();
    } catch (cause) {
      rollBack();
      if (isFull(cause)) makeRoom();
      for (const { reject } of changes) reject(cause);
    }
  }

  function tryAlone<R>(work: () => R, resolve: (result: R) => void, reject: (cause: unknown) => void) {
    sql.mark.run();
    try {
      const result = work();
      sql.keep.run();
      return () => resolve(result);
    } catch (cause) {
      // A full disk, for one, can make SQLite undo the whole transaction by itself: then all have failed.
      if (!db.isTransaction) throw cause;
      sql.undo.run();
      sql.keep.run();
      return () => reject(cause);
    }
  }

  function rollBack(): void {
    try {
      if (db.isOpen && db.isTransaction) sql.rollback.run();
    } catch {
      // Those who wait are told why the change failed; where the transaction is still open, the next BEGIN fails, too.
    }
  }

  /** Where the log cannot grow: carries it into the file, which mostly has room for it, so that it can begin anew. */
  function makeRoom(): void {
    try {
      db.exec('PRAGMA wal_checkpoint');
    } catch {
      // Really full: those who wait are told so, and the next change tries again.
    }
  }

  return {
    change: (work) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ attempt: () => tryAlone(work, resolve, reject), reject });
      }),
    flush,
  };
}

/** SQLITE_FULL */
const isFull = (cause: unknown): boolean => (cause as { errcode?: number }).errcode === 13;
