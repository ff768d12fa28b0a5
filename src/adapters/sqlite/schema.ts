import type { DatabaseSync } from 'node:sqlite'
import { query } from './statements.ts'

/** security-and-reliability.md 3.4: forward only; a newer schema than this refuses to open. */
export const schemaVersion = 1

// security-and-reliability.md 3.2, with two simplifications. An id is compartment ‖ blind index in one column of 48 bytes, so a collection
// or a tag may lie in another compartment than its members; and collections and tags are one table, so a list is one query whichever it is.
const tables = `
  CREATE TABLE meta(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE seal_envelope(seal_id TEXT PRIMARY KEY, kind TEXT NOT NULL, params TEXT NOT NULL, root_epoch INTEGER NOT NULL,
    wrapped BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE compartment_key(compartment BLOB NOT NULL CHECK(length(compartment) = 16), term INTEGER NOT NULL,
    state TEXT NOT NULL CHECK(state IN ('primary', 'retired')), root_epoch INTEGER NOT NULL, wrapped BLOB NOT NULL, index_key BLOB NOT NULL,
    PRIMARY KEY(compartment, term)) STRICT, WITHOUT ROWID;
  CREATE TABLE record(id BLOB PRIMARY KEY CHECK(length(id) = 48), kind INTEGER NOT NULL CHECK(kind BETWEEN 0 AND 255),
    version INTEGER NOT NULL CHECK(version > 0), term INTEGER NOT NULL, ord INTEGER NOT NULL, parent BLOB NOT NULL CHECK(length(parent) = 48),
    tags BLOB NOT NULL CHECK(length(tags) % 48 = 0), due_at INTEGER, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX record_kind ON record(kind);
  CREATE INDEX record_due ON record(due_at) WHERE due_at IS NOT NULL;
  CREATE TABLE member(collection BLOB NOT NULL CHECK(length(collection) = 48), ord INTEGER NOT NULL,
    kind INTEGER NOT NULL, id BLOB NOT NULL CHECK(length(id) = 48), PRIMARY KEY(collection, ord)) STRICT, WITHOUT ROWID;
  CREATE TABLE material(id BLOB NOT NULL CHECK(length(id) = 48), key_version BLOB NOT NULL CHECK(length(key_version) = 16),
    term INTEGER NOT NULL, wrapped BLOB NOT NULL, PRIMARY KEY(id, key_version)) STRICT, WITHOUT ROWID;
  CREATE TABLE feed_head(one INTEGER PRIMARY KEY CHECK(one = 1), seq INTEGER NOT NULL) STRICT;
  INSERT INTO feed_head VALUES (1, 0);
  CREATE TABLE feed(seq INTEGER NOT NULL, n INTEGER NOT NULL, mutation BLOB NOT NULL CHECK(length(mutation) = 16), id BLOB NOT NULL,
    kind INTEGER NOT NULL, version INTEGER NOT NULL, ruling INTEGER NOT NULL, PRIMARY KEY(seq, n)) STRICT, WITHOUT ROWID;
  CREATE TABLE audit(node INTEGER NOT NULL, seq INTEGER NOT NULL, count INTEGER NOT NULL, at INTEGER NOT NULL, term INTEGER NOT NULL,
    hash BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY(node, seq)) STRICT, WITHOUT ROWID;
  CREATE TABLE audit_log(idx INTEGER PRIMARY KEY, node INTEGER NOT NULL, seq INTEGER NOT NULL, leaf BLOB NOT NULL) STRICT;
  CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, note TEXT NOT NULL, frontier BLOB NOT NULL) STRICT;
  CREATE TABLE outbox(n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, mutation BLOB NOT NULL, topic TEXT NOT NULL, due_at INTEGER,
    attempts INTEGER NOT NULL, held_until INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
  CREATE INDEX outbox_topic ON outbox(topic, n);
  CREATE TABLE lease(name TEXT PRIMARY KEY, holder INTEGER NOT NULL, epoch INTEGER NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`

/** security-and-reliability.md 3.3 point 6 and performance.md 6.4, on every connection that writes. */
export function applyWriterSettings(db: DatabaseSync): void {
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA locking_mode = NORMAL;
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA foreign_keys = ON;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA journal_size_limit = -1;
    ${readingSettings}
  `)
  db.enableDefensive(true)
}

/** On every connection. */
export const readingSettings = `
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA cache_size = -16000;
    PRAGMA mmap_size = 0;
`

/** Makes the tables in an empty database; refuses one that a newer Keystead has written. */
export function ensureSchema(db: DatabaseSync): void {
  const found = schemaOf(db)
  if (found > schemaVersion)
    throw new Error(`the database has schema ${found}, this Keystead knows up to ${schemaVersion}: use a newer one`)
  if (found !== 0) return
  db.exec('BEGIN IMMEDIATE')
  try {
    // Asked again inside the transaction: another connection may have been first.
    if (schemaOf(db) === 0) db.exec(tables)
    db.exec('COMMIT')
  } catch (cause) {
    // After an I/O error SQLite has rolled back by itself.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw cause
  }
}

const schemaOf = (db: DatabaseSync): number => query<readonly [number]>(db, 'PRAGMA user_version').one()?.[0] ?? 0
