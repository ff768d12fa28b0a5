import type { DatabaseSync } from 'node:sqlite'
import { storeError, StoreFull } from './failure.ts'
import { command, query } from './statements.ts'

/** 1.5 × the checkpoint threshold of 1,000 pages (performance.md 6.4). */
export const walBytesDefault = 1_500 * 4_096

/**
 * Overwriting an allocated file syncs about twice as fast as appending to one: the write-ahead log gets its size before the first commit.
 * What was committed before is written back durably first, and nothing is checkpointed while synchronous is OFF: only the scratch is at risk.
 */
export function growWal(db: DatabaseSync, bytes: number): void {
  if (bytes === 0) return
  checkpoint(db, 'TRUNCATE')
  db.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = OFF')
  try {
    db.exec('BEGIN IMMEDIATE; DROP TABLE IF EXISTS wal_scratch; CREATE TABLE wal_scratch(body BLOB NOT NULL) STRICT')
    command(db, 'INSERT INTO wal_scratch VALUES (zeroblob(?))')(bytes)
    db.exec('COMMIT; DROP TABLE wal_scratch')
  } catch (cause) {
    if (db.isTransaction) db.exec('ROLLBACK')
    const error = storeError(cause)
    // It only makes commits faster: a full disk is judged elsewhere.
    if (!(error instanceof StoreFull)) throw error
  } finally {
    db.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000')
  }
  checkpoint(db, 'RESTART')
}

/** Shredded bytes leave the live store: the pages are written back, the log is cut. Then it grows again, so that commits overwrite. */
export function scrubWal(db: DatabaseSync, regrowBytes: number): void {
  if (!checkpoint(db, 'TRUNCATE')) throw new Error('a reader kept the write-ahead log from being cut')
  growWal(db, regrowBytes)
}

/** Answers whether it came to its end. */
function checkpoint(db: DatabaseSync, kind: 'TRUNCATE' | 'RESTART'): boolean {
  const row = query<readonly [busy: number, pages: number, written: number]>(db, `PRAGMA wal_checkpoint(${kind})`).one()
  return row?.[0] === 0
}
