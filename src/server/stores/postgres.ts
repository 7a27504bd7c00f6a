// Keeps licenses in PostgreSQL, for any number of server processes on any number of machines.
// A change locks its license's row first and reads afterwards, each as a statement of its own: in one statement
// PostgreSQL would read what was there before it had waited for the lock.

import { Pool, type PoolClient } from 'pg';
import type { LicenseDraft, LicenseStore, Seat } from '../store.ts';
import { preparePostgres } from './postgres-schema.ts';
import { SQL } from './postgres-sql.ts';
import { licenseCountOf, licenseOf, seatOf } from './rows.ts';
import { createTurns } from './turns.ts';

/** So long at most for a connection, for a lock, and for any statement; then the request is told to come again. */
const CONNECT_LIMIT_MS = 8_000;
const LOCK_LIMIT_MS = 4_000;
const STATEMENT_LIMIT_MS = 5_000;
/** A process that froze in the middle of a change gives its locks back. */
const FROZEN_LIMIT_MS = 10_000;
const SWEEP_MS = 60_000;

export interface PostgresOptions {
  /** Connections that this process opens at most (10). */
  readonly connections?: number | undefined;
  /** Hears of connections that broke while nobody used them; new ones are made by themselves. */
  readonly onConnectionLost?: ((cause: Error) => void) | undefined;
}

/**
 * @param url `postgres://user:password@host:port/database`; what else it may hold, see the package `pg`. The tables
 * are made at the first use, in a schema of their own called `license_gate`.
 */
export function createPostgresStore(url: string, options: PostgresOptions = {}): LicenseStore {
  const { connections = 10, onConnectionLost = () => {} } = options;
  const pool = new Pool({
    connectionString: url,
    max: connections,
    application_name: 'license-gate',
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    lock_timeout: LOCK_LIMIT_MS,
    statement_timeout: STATEMENT_LIMIT_MS,
    // A database that vanished without a word answers nothing, and this limit is ours alone.
    query_timeout: STATEMENT_LIMIT_MS + 1_000,
    idle_in_transaction_session_timeout: FROZEN_LIMIT_MS,
    keepAlive: true,
    pipeline: true,
  });
  pool.on('error', onConnectionLost);
  // While it is in use, too: between two statements nobody else would hear of it, and Node ends the process then.
  pool.on('connect', (client) => client.on('error', onConnectionLost));
  const takeTurn = createTurns();
  let prepared: Promise<void> | undefined;
  let sweptAt = 0;

  /** The database may be away when the server starts: after a failure the next one who needs it tries again. */
  function prepare(): Promise<void> {
    prepared ??= withConnection(preparePostgres).catch((cause: unknown) => {
      prepared = undefined;
      throw cause;
    });
    return prepared;
  }

  async function withConnection<R>(work: (client: PoolClient) => Promise<R>): Promise<R> {
    const client = await pool.connect();
    let isUsable = false;
    try {
      const result = await work(client);
      isUsable = true;
      return result;
    } finally {
      client.release(!isUsable);
    }
  }

  async function query(statement: Statement, ...values: Value[]): Promise<Row[]> {
    await prepare();
    return (await pool.query({ ...statement, values })).rows;
  }

  /**
   * What `work` throws undoes everything; the `outcome` it returns has been written. In this process only one change of
   * that name is made at a time.
   */
  async function inTransaction<R>(name: string, work: (run: Run) => Promise<Work<R>>): Promise<R> {
    await prepare();
    const attempt = await takeTurn(name, () =>
      withConnection(async (client) => {
        // Sent together with the first statements, to save the way there and back.
        const begun = client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
        const run: Run = async (statement, ...values) => {
          const [, result] = await Promise.all([begun, client.query({ ...statement, values })]);
          return result;
        };
        try {
          const { outcome, writing } = await work(run);
          // Sent behind what is still being written. Where that fails, PostgreSQL takes COMMIT for a ROLLBACK.
          await Promise.all([writing, client.query('COMMIT')]);
          return { outcome };
        } catch (cause) {
          // Where even this fails, the connection is dropped, which undoes everything, too.
          await client.query('ROLLBACK');
          return { cause };
        }
      }),
    );
    if ('cause' in attempt) throw attempt.cause;
    return attempt.outcome;
  }

  async function findNote(name: string, now: number, run: Run = runAlone): Promise<string | undefined> {
    const { rows } = await run(SQL.findNote, name, now);
    return rows[0] && String(rows[0].value);
  }

  const runAlone: Run = async (statement, ...values) => {
    const rows = await query(statement, ...values);
    return { rows, rowCount: rows.length };
  };

  /** Behind the answer: nobody waits for it, and the next sweep makes up for one that failed. */
  function sweep(now: number): void {
    if (now - sweptAt < SWEEP_MS) return;
    sweptAt = now;
    Promise.all([query(SQL.sweepNotes, now), query(SQL.sweepWindows, now)]).catch(() => {});
  }

  return {
    async findLicense(product, keyHash) {
      const [row] = await query(SQL.findLicense, product, keyHash);
      return row && licenseOf(row);
    },
    async findSeat(licenseId, handle) {
      const [row] = await query(SQL.findSeat, licenseId, handle);
      return row && seatOf(row);
    },
    listSeats: async (licenseId) => (await query(SQL.latestSeats, licenseId)).map(seatOf),
    async touchSeat(licenseId, { handle, label, lastSeen }) {
      await query(SQL.touchSeat, plain(label), lastSeen, licenseId, handle);
    },

    changeLicense: (product, keyHash, decide) =>
      inTransaction(`key ${product} ${keyHash}`, async (run) => {
        const [, { rows }] = await Promise.all([
          run(SQL.lockName, `license ${product} ${keyHash}`), // one that is not there yet has no row to lock
          run(SQL.lockLicenseByKey, product, keyHash),
        ]);
        const { save, outcome } = decide(rows[0] && licenseOf(rows[0]));
        return { outcome, writing: save && saveLicense(run, { ...save, product, keyHash }) };
      }),

    changeSeats: (licenseId, handles, decide) =>
      inTransaction(`license ${licenseId}`, async (run) => {
        const [locked, held] = await Promise.all([
          run(SQL.lockLicense, licenseId),
          run(SQL.namedSeats, licenseId, handles),
        ]);
        if (!locked.rows[0]) throw new Error(`There is no license ${licenseId}.`);
        const license = licenseOf(locked.rows[0]);
        const named = new Map(held.rows.map(seatOf).map((seat) => [seat.handle, seat]));
        let isUnseenAsked = false;
        let unseen: readonly Seat[] = [];
        const longestUnseen = () => {
          isUnseenAsked = true;
          return unseen;
        };
        let decided = decide({ license, named, longestUnseen });
        if (isUnseenAsked) {
          unseen = (await run(SQL.longestUnseen, licenseId)).rows.map(seatOf);
          decided = decide({ license, named, longestUnseen });
        }
        const { change, outcome } = decided;
        if (!change) return { outcome };
        const { release = [], take, counted = license } = change;
        const released = release.length === 0 ? 0 : await releaseSeats(run, licenseId, release);
        const used = license.devicesUsed - released + (take ? 1 : 0);
        const counts = [licenseId, used, counted.newDevicesSince, counted.newDevices];
        return { outcome, writing: take ? takeSeat(run, counts, take) : run(SQL.countSeats, ...counts) };
      }),

    async keepSecret(name, fresh) {
      await query(SQL.offerSecret, name, fresh);
      return String((await query(SQL.findSecret, name))[0]?.value);
    },
    async findSecret(name) {
      const [row] = await query(SQL.findSecret, name);
      return row && String(row.value);
    },
    changeSecret: (name, decide) =>
      inTransaction(`secret ${name}`, async (run) => {
        const [, { rows }] = await Promise.all([
          run(SQL.lockName, `secret ${name}`),
          run(SQL.findSecret, name),
        ]);
        const secret = decide(rows[0] && String(rows[0].value));
        return { outcome: secret, writing: run(SQL.saveSecret, name, secret) };
      }),

    findNote: (name, now) => findNote(name, now),
    async changeNote(name, now, decide) {
      sweep(now);
      return inTransaction(`note ${name}`, async (run) => {
        const [, note] = await Promise.all([run(SQL.lockName, `note ${name}`), findNote(name, now, run)]);
        const { save, outcome } = decide(note);
        return { outcome, writing: save && run(SQL.saveNote, name, save.value, save.until) };
      });
    },
    async countWindow(name, windowMs, now) {
      sweep(now);
      const [row] = await query(SQL.countWindow, name, now, windowMs);
      return { from: Number(row?.since), count: Number(row?.hits) };
    },

    countLicenses: async () => (await query(SQL.countLicenses)).map(licenseCountOf),
    async ping() {
      await query(SQL.ping);
    },
    async close() {
      if (!pool.ending) await pool.end();
    },
  };
}

type Value = string | number | undefined | readonly string[];
type Row = Readonly<Record<string, unknown>>;
interface Statement {
  readonly name: string;
  readonly text: string;
}
type Run = (statement: Statement, ...values: Value[]) => Promise<{ rows: Row[]; rowCount: number | null }>;

/** What a change comes to, and what it has sent to be written. */
interface Work<R> {
  readonly outcome: R;
  readonly writing?: Promise<unknown> | undefined;
}

function saveLicense(run: Run, draft: LicenseDraft) {
  const { id, product, keyHash, verifiedAt, invalidSince, revokedAt, bannedAt } = draft;
  const names = [draft.licenseName, draft.productName, draft.variant].map(plain);
  return run(SQL.saveLicense, id, product, keyHash, ...names, verifiedAt, invalidSince, revokedAt, bannedAt);
}

/** @param counts as `SQL.countSeats` takes them */
const takeSeat = (
  run: Run,
  counts: readonly Value[],
  { handle, label, firstSeen, lastSeen, proofKey }: Seat,
) => run(SQL.takeSeat, ...counts, handle, plain(label), firstSeen, lastSeen, proofKey);

const releaseSeats = async (run: Run, licenseId: string, handles: readonly string[]): Promise<number> =>
  (await run(SQL.releaseSeats, licenseId, handles)).rowCount ?? 0;

/** PostgreSQL's text holds every character but this one. */
const plain = <T extends string | undefined>(text: T) => text?.replaceAll('\0', '') as T; // a string stays one
