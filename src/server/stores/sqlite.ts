// Keeps licenses in one SQLite file through Node's own driver. Several processes may share the file.
// A change takes the database's one write lock first, so that what it reads cannot change under it.

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { SEATS_SHOWN, type LicenseCount, type LicenseStore } from '../store.ts';
import {
  LICENSE_COLUMNS,
  SEAT_COLUMNS,
  addCounts,
  countLicensesIn,
  licenseCountOf,
  licenseOf,
  seatOf,
} from './rows.ts';
import { createFileCheck } from './same-file.ts';
import { MIGRATIONS } from './schema.ts';
import { createSharedCommit } from './shared-commit.ts';

/** Some milliseconds, in which nobody is answered. */
const COUNTED_AT_ONCE = 2_000;

export interface SqliteOptions {
  /** How long a change waits for another process's change; nothing else goes on meanwhile (5,000). */
  readonly lockWaitMs?: number | undefined;
}

/**
 * What SQLite may keep of the file in memory. Its own 2,000 KiB hold some ten thousand seats: with a million, a device
 * that asks again cost a fifth more.
 */
const MOST_CACHED_KIB = 65_536;

/**
 * 32 MB. A page that many changes touch is carried from the log into the file once for all of them; with SQLite's own
 * 1,000 pages a new device cost half as much more in a large database.
 */
const LONGEST_LOG_PAGES = 8_000;

/**
 * @param file where the database is or shall be; `:memory:` keeps it in memory
 * @throws where the file cannot be opened or written, or comes from a newer version
 */
export function createSqliteStore(file: string, { lockWaitMs = 5_000 }: SqliteOptions = {}): LicenseStore {
  if (file !== ':memory:') closeSync(openSync(file, 'a', 0o600)); // it holds secrets: nobody else reads it
  const db = new DatabaseSync(file, { timeout: lockWaitMs });
  // FULL: an acknowledged seat survives a power cut, too.
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
    PRAGMA cache_size = -${MOST_CACHED_KIB}; PRAGMA wal_autocheckpoint = ${LONGEST_LOG_PAGES};`);
  migrate(db);

  const sql = prepare(db);
  const checkFiles = file === ':memory:' ? () => {} : createFileCheck(file);
  let ownChanges = 0;
  const commits = createSharedCommit(db, () => {
    checkFiles();
    ownChanges += 1;
  });
  const find = (product: string, keyHash: string) => {
    const row = sql.findLicense.get(product, keyHash);
    return row && licenseOf(row);
  };
  const findSecret = (name: string) => {
    const row = sql.readSecret.get(name);
    return row && String(row.value);
  };
  const findNote = (name: string, now: number) => {
    const row = sql.findNote.get(name, now);
    return row && String(row.value);
  };

  return {
    findLicense: async (product, keyHash) => find(product, keyHash),
    async findSeat(licenseId, handle) {
      const row = sql.findSeat.get(licenseId, handle);
      return row && seatOf(row);
    },
    listSeats: async (licenseId) => sql.latestSeats.all(licenseId).map(seatOf),
    async touchSeat(licenseId, { handle, label, lastSeen }) {
      await commits.change(() => sql.touchSeat.run(label, lastSeen, licenseId, handle));
    },

    changeLicense: async (product, keyHash, decide) =>
      commits.change(() => {
        const { save, outcome } = decide(find(product, keyHash));
        if (save) {
          const { id, licenseName, productName, variant, verifiedAt, invalidSince, revokedAt, bannedAt } =
            save;
          const marks = [productName, variant, verifiedAt, invalidSince, revokedAt, bannedAt].map(orNull);
          sql.saveLicense.run(id, product, keyHash, licenseName, ...marks);
        }
        return outcome;
      }),

    changeSeats: async (licenseId, handles, decide) =>
      commits.change(() => {
        const row = sql.findLicenseById.get(licenseId);
        if (!row) throw new Error(`There is no license ${licenseId}.`);
        const license = licenseOf(row);
        const named = handles.flatMap((handle) => sql.findSeat.all(licenseId, handle)).map(seatOf);
        const { change, outcome } = decide({
          license,
          named: new Map(named.map((seat) => [seat.handle, seat])),
          longestUnseen: () => sql.longestUnseen.all(licenseId).map(seatOf),
        });
        if (change) {
          let used = license.devicesUsed;
          for (const handle of change.release ?? [])
            used -= Number(sql.releaseSeat.run(licenseId, handle).changes);
          if (change.take) {
            const { handle, label, firstSeen, lastSeen, proofKey = null } = change.take;
            used += Number(sql.takeSeat.run(licenseId, handle, label, firstSeen, lastSeen, proofKey).changes);
          }
          const { newDevicesSince, newDevices } = change.counted ?? license;
          sql.countSeats.run(used, newDevicesSince, newDevices, licenseId);
        }
        return outcome;
      }),

    async keepSecret(name, fresh) {
      sql.offerSecret.run(name, fresh);
      return String(sql.readSecret.get(name)?.value);
    },
    findSecret: async (name) => findSecret(name),
    changeSecret: async (name, decide) =>
      commits.change(() => {
        const secret = decide(findSecret(name));
        sql.saveSecret.run(name, secret);
        return secret;
      }),
    findNote: async (name, now) => findNote(name, now),
    changeNote: async (name, now, decide) =>
      commits.change(() => {
        const { save, outcome } = decide(findNote(name, now));
        if (save) {
          sql.saveNote.run(name, save.value, save.until);
          sql.sweepNotes.run(now);
        }
        return outcome;
      }),
    // SQLite counts what others have changed, we what this process has; both only grow, and so does their sum.
    version: () => ownChanges + Number(sql.changesOfOthers.get()?.data_version),

    async countLicenses() {
      const last = Number(sql.lastRow.get()?.row ?? 0);
      const parts: LicenseCount[] = [];
      for (let from = 0; from < last && db.isOpen; from += COUNTED_AT_ONCE) {
        parts.push(...sql.countLicenses.all(from, from + COUNTED_AT_ONCE).map(licenseCountOf));
        await new Promise((resolve) => setTimeout(resolve)); // others come in between
      }
      return addCounts(parts);
    },
    async ping() {
      sql.ping.get();
    },
    async close() {
      commits.flush();
      if (db.isOpen) db.close();
    },
  };
}

const orNull = (value: SQLInputValue | undefined): SQLInputValue => value ?? null;

/** Two processes that start together take turns; the second finds nothing left to do. */
function migrate(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (version > MIGRATIONS.length) {
    db.close();
    throw new Error(
      `The database has version ${version}, this license-gate knows up to ${MIGRATIONS.length}: update license-gate.`,
    );
  }
  for (const { sqlite } of MIGRATIONS.slice(version)) db.exec(sqlite);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`);
}

/** Compiled once: compiling costs more than running. */
function prepare(db: DatabaseSync) {
  const seats = `SELECT ${SEAT_COLUMNS} FROM seats WHERE license_id = ?`;
  return {
    changesOfOthers: db.prepare('PRAGMA data_version'),
    lastRow: db.prepare('SELECT max(rowid) AS row FROM licenses'),
    countLicenses: db.prepare(countLicensesIn('licenses WHERE rowid > ? AND rowid <= ?')),
    ping: db.prepare('SELECT count(*) FROM secrets'),
    findLicense: db.prepare(`SELECT ${LICENSE_COLUMNS} FROM licenses WHERE product = ? AND key_hash = ?`),
    findLicenseById: db.prepare(`SELECT ${LICENSE_COLUMNS} FROM licenses WHERE id = ?`),
    saveLicense: db.prepare(
      `INSERT INTO licenses (id, product, key_hash, license_name, product_name, variant, verified_at, invalid_since,
         revoked_at, banned_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET license_name = excluded.license_name, product_name = excluded.product_name,
         variant = excluded.variant, verified_at = excluded.verified_at, invalid_since = excluded.invalid_since,
         revoked_at = excluded.revoked_at, banned_at = excluded.banned_at`,
    ),
    countSeats: db.prepare(
      'UPDATE licenses SET devices_used = ?, new_devices_since = ?, new_devices = ? WHERE id = ?',
    ),
    findSeat: db.prepare(`${seats} AND handle = ?`),
    latestSeats: db.prepare(`${seats} ORDER BY last_seen DESC LIMIT ${SEATS_SHOWN}`),
    longestUnseen: db.prepare(`${seats} ORDER BY last_seen LIMIT ${SEATS_SHOWN}`),
    takeSeat: db.prepare(`INSERT INTO seats (license_id, ${SEAT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`),
    releaseSeat: db.prepare('DELETE FROM seats WHERE license_id = ? AND handle = ?'),
    touchSeat: db.prepare('UPDATE seats SET label = ?, last_seen = ? WHERE license_id = ? AND handle = ?'),
    offerSecret: db.prepare('INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING'),
    saveSecret: db.prepare(
      'INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
    findNote: db.prepare('SELECT value FROM notes WHERE name = ? AND until > ?'),
    saveNote: db.prepare(
      'INSERT INTO notes (name, value, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET ' +
        'value = excluded.value, until = excluded.until',
    ),
    sweepNotes: db.prepare('DELETE FROM notes WHERE until <= ?'),
    readSecret: db.prepare('SELECT value FROM secrets WHERE name = ?'),
  };
}
