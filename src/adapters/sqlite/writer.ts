import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { seq } from '#model/brands.ts'
import { feedTail } from '#adapters/commit/feed-tail.ts'
import { type Ledger, ledger } from '#adapters/commit/ledger.ts'
import type { AuditLeaf, AuditSealer, Checkpoint } from '#ports/audit-log.ts'
import type { Clock } from '#ports/clock.ts'
import type { Commit, Committed, StoredEffect } from '#ports/record-store.ts'
import { auditReads, type AuditWrites, auditWrites } from './audit-tables.ts'
import { changeColumns, type ChangeCells, toChange } from './blobs.ts'
import { storeError, StoreFull } from './failure.ts'
import { freeBytesAt, reserveBytesDefault, spaceWatch } from './free-space.ts'
import { leaseTables } from './lease-tables.ts'
import { openDatabase } from './open.ts'
import { command, query } from './statements.ts'
import { sqliteTables } from './tables.ts'
import { growWal, scrubWal, walBytesDefault } from './wal.ts'

export interface WriterOptions {
  readonly sealer: AuditSealer
  readonly node: number
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly reserveBytes?: number
  readonly freeBytes?: () => number
  /** Size of the write-ahead log before the first commit; 0 leaves it to grow. */
  readonly walBytes?: number
  /** Positions of the feed kept behind the head. */
  readonly feedKept?: number
  /** Positions of the feed, and changes in them, kept in memory at the start. */
  readonly tailKept?: number
}

/** What else the writer does than commit: each call its own transaction. */
export interface WriterCalls {
  lease(name: string, holder: number, holdMs: number): { readonly epoch: number } | undefined
  takeEffects(topic: string, options: { readonly now: number; readonly limit: number; readonly holdMs: number }): readonly StoredEffect[]
  settleEffect(...ids: string[]): void
  addLeaves(leaves: readonly AuditLeaf[]): void
  addCheckpoint(checkpoint: Checkpoint): void
  scrub(): void
}

/** The one connection that writes records; synchronous, so it lives on a thread of its own. Throws `StoreFailed` when it must not go on. */
export interface Writer extends Disposable {
  /** One transaction, one sync. A refused commit writes nothing and leaves its neighbours alone. */
  commitBatch(batch: readonly Commit[]): readonly Committed[]
  readonly calls: WriterCalls
}

const tailKeptDefault = 8_192
/** A node that is further behind reads everything anew; calls in flight are seconds old. */
const feedKeptDefault = 100_000
const pruneEvery = 4_096

/** Makes the tables where there are none. */
export const openWriter = (path: string, options: WriterOptions): Writer => writerOn(openDatabase(path), options)

/** Takes the connection over. */
export function writerOn(db: DatabaseSync, options: WriterOptions): Writer {
  const walBytes = options.walBytes ?? walBytesDefault
  const directory = dirname(db.location() ?? '.')
  growWal(db, walBytes)
  options.sealer.resume(auditReads(db).lastBatch(options.node))
  const audit = auditWrites(db)
  const orders = openLedger(db, options.tailKept ?? tailKeptDefault)
  const prune = feedPruner(db, options.feedKept ?? feedKeptDefault)
  const space = spaceWatch({
    reserveBytes: options.reserveBytes ?? reserveBytesDefault,
    freeBytes: options.freeBytes ?? (() => freeBytesAt(directory)),
    monotonic: () => options.clock.monotonic(),
  })
  const run = batchRunner({ db, orders, audit, sealer: options.sealer, prune })
  return {
    commitBatch(batch) {
      try {
        return run(batch, space.reserved())
      } catch (cause) {
        if (!(cause instanceof StoreFull)) throw cause
        space.sawFull()
        return batch.map(() => ({ done: false, reserved: true }))
      }
    },
    calls: writerCalls(db, { audit, clock: options.clock, walBytes }),
    [Symbol.dispose]: () => db.close(),
  }
}

function openLedger(db: DatabaseSync, tailKept: number): Ledger {
  const head = seq(query<readonly [number]>(db, 'SELECT seq FROM feed_head').one()?.[0] ?? 0)
  const floor = seq(tailFloor(db, head, tailKept))
  const newest = query<ChangeCells>(db, `SELECT ${changeColumns} FROM feed WHERE seq > ? AND length(id) > 0 ORDER BY seq, n`)
  return ledger(sqliteTables(db), { head, tail: feedTail(tailKept, { floor, changes: newest.all(floor).map(toChange) }) })
}

/** Positions after which neither more of them nor more changes than `kept` stand: one position may have a thousand changes. */
function tailFloor(db: DatabaseSync, head: number, kept: number): number {
  const floor = Math.max(0, head - kept)
  const beyond = query<readonly [number]>(
    db,
    'SELECT seq FROM feed WHERE seq > ? AND length(id) > 0 ORDER BY seq DESC, n DESC LIMIT 1 OFFSET ?',
  ).one(floor, kept)
  return beyond?.[0] ?? floor
}

interface Parts {
  readonly db: DatabaseSync
  readonly orders: Ledger
  readonly audit: AuditWrites
  readonly sealer: AuditSealer
  readonly prune: (head: number) => void
}

function batchRunner({ db, orders, audit, sealer, prune }: Parts): (batch: readonly Commit[], reserved: boolean) => readonly Committed[] {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const end = db.prepare('COMMIT')
  return (batch, reserved) => {
    let sealedHere = false
    try {
      begin.run()
      const results = batch.map(commit => orders.run(commit, { reserved }))
      const entries = batch.flatMap((commit, place) => (results[place]?.done === true ? commit.entries : []))
      if (entries.length > 0) {
        const row = sealer.seal(entries)
        sealedHere = true
        audit.append(row)
      }
      prune(orders.head())
      end.run()
      orders.settle()
      return results
    } catch (cause) {
      if (sealedHere) sealer.rollBack()
      orders.rollBack()
      throw rolledBack(db, cause)
    }
  }
}

/** SQLite itself rolls back after some errors (full disk, I/O): then there is nothing left to take back. */
function rolledBack(db: DatabaseSync, cause: unknown): Error {
  try {
    if (db.isTransaction) db.exec('ROLLBACK')
  } catch (again) {
    return storeError(again)
  }
  return storeError(cause)
}

/** Inside the batch's transaction, now and then. */
function feedPruner(db: DatabaseSync, kept: number): (head: number) => void {
  const remove = command(db, 'DELETE FROM feed WHERE seq <= ?')
  let prunedAt = 0
  return head => {
    if (head - prunedAt < Math.min(pruneEvery, kept)) return
    prunedAt = head
    if (head > kept) remove(head - kept)
  }
}

interface CallParts {
  readonly audit: AuditWrites
  readonly clock: Pick<Clock, 'now'>
  readonly walBytes: number
}

function writerCalls(db: DatabaseSync, { audit, clock, walBytes }: CallParts): WriterCalls {
  const leases = leaseTables(db)
  return {
    lease: (name, holder, holdMs) => transaction(db, () => leases.lease(name, { holder, holdMs, now: clock.now() })),
    takeEffects: (topic, options) => transaction(db, () => leases.takeEffects(topic, options)),
    settleEffect: (...ids) => transaction(db, () => leases.settleEffect(...ids)),
    addLeaves: leaves => transaction(db, () => audit.addLeaves(leaves)),
    addCheckpoint: checkpoint => transaction(db, () => audit.addCheckpoint(checkpoint)),
    scrub() {
      try {
        scrubWal(db, walBytes)
      } catch (cause) {
        throw storeError(cause)
      }
    },
  }
}

function transaction<T>(db: DatabaseSync, run: () => T): T {
  try {
    db.exec('BEGIN IMMEDIATE')
    const result = run()
    db.exec('COMMIT')
    return result
  } catch (cause) {
    throw rolledBack(db, cause)
  }
}
