import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { MessageChannel } from 'node:worker_threads'
import { compartmentId, millis, sealed, seq } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { auditSealer } from '#domain/audit/audit-sealer.ts'
import { aCommit, nextMutation, recordStoreContract, row, type StoreWorld } from '#ports/record-store.contract.ts'
import { openBootStore } from './boot-store.ts'
import { StoreFailed } from './failure.ts'
import { DataDirectoryLocked, isDataDirectoryLocked, lockDataDirectory } from './lock.ts'
import { integrityFindings, openDatabase } from './open.ts'
import { openReader } from './reader.ts'
import { sqliteStore, type WriterAccess } from './record-store.ts'
import { schemaVersion } from './schema.ts'
import { openWriter, writerOn, type Writer, type WriterOptions } from './writer.ts'
import { writerClient } from './writer-client.ts'
import { serveWriter } from './writer-port.ts'

const plainCipher = {
  sealRecord: (_: unknown, body: Uint8Array) => ({ term: 1, body: sealed(body) }),
  openRecord: (_: unknown, stored: { readonly body: Uint8Array }) => stored.body,
}

const sealerAt = (world: { readonly now: number }) =>
  auditSealer({
    cipher: plainCipher,
    compartment: compartmentId('00'.repeat(16)),
    node: 1,
    clock: { now: () => millis(world.now) },
    random: { bytes: length => new Uint8Array(length) },
  })

function aFolder(): { readonly path: string; readonly file: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'keystead-sqlite-'))
  return { path, file: join(path, 'keystead.db'), [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

const writerOptions = (world: StoreWorld): WriterOptions => {
  let ticks = 0
  return {
    sealer: sealerAt(world),
    node: 1,
    clock: { now: () => millis(world.now), monotonic: () => (ticks += 1_000) },
    freeBytes: () => (world.reserved ? 1 : 1e12),
    walBytes: 0,
  }
}

const writerAt = (file: string, world: StoreWorld, options: Partial<WriterOptions> = {}): Writer =>
  openWriter(file, { ...writerOptions(world), ...options })

/** The writer on the calling thread. */
const direct = (writer: Writer): WriterAccess => ({
  commit: batch => Promise.try(() => writer.commitBatch(batch)),
  calls: {
    lease: (...given) => Promise.try(() => writer.calls.lease(...given)),
    takeEffects: (...given) => Promise.try(() => writer.calls.takeEffects(...given)),
    settleEffect: (...ids) => Promise.try(() => writer.calls.settleEffect(...ids)),
    addLeaves: leaves => Promise.try(() => writer.calls.addLeaves(leaves)),
    addCheckpoint: checkpoint => Promise.try(() => writer.calls.addCheckpoint(checkpoint)),
    scrub: () => Promise.try(() => writer.calls.scrub()),
  },
  close: () => Promise.try(() => writer[Symbol.dispose]()),
})

const overMessages = (writer: Writer, onFatal: (cause: Error) => void = () => undefined, heldMax?: number): WriterAccess => {
  const { port1, port2 } = new MessageChannel()
  serveWriter(port2, writer)
  return writerClient(port1, { onFatal, ...(heldMax !== undefined && { heldMax }) })
}

const opened = (access: (writer: Writer) => WriterAccess) => (world: StoreWorld) => {
  const folder = aFolder()
  const boot = openBootStore(folder.file)
  const store = sqliteStore({ writer: access(writerAt(folder.file, world)), reader: openReader(folder.file) })
  const close = async (): Promise<void> => {
    await store.close()
    boot[Symbol.dispose]()
    folder[Symbol.dispose]()
  }
  return Promise.resolve({ ...store, ...boot, close })
}

recordStoreContract('sqlite', opened(direct))
recordStoreContract('sqlite over messages', opened(overMessages))

const world = (): StoreWorld => ({ now: 1_000_000, reserved: false })

describe('sqlite writer', () => {
  test('goes on where it stopped: head, feed, audit chain, leases', () => {
    using folder = aFolder()
    const at = world()
    {
      using writer = writerAt(folder.file, at)
      writer.commitBatch([aCommit({ writes: [{ put: row('a'), expected: 'absent' }], entries: ['1', '2'] })])
      writer.calls.lease('l', 7, 1_000)
    }
    using writer = writerAt(folder.file, at)
    const [result] = writer.commitBatch([aCommit({ reads: [row('a').id], writes: [{ put: row('b'), expected: 'absent' }] })])
    assert(result && 'stale' in result, 'the feed of before is still compared')
    const [next] = writer.commitBatch([aCommit({ decidedAt: seq(1), writes: [{ put: row('b'), expected: 'absent' }], entries: ['3'] })])
    assert(next?.done === true)
    assert.equal(next.seq, 2)
    using reader = openReader(folder.file)
    assert.equal(reader.audit.lastBatch(1)?.seq, 3)
    assert.equal(writer.calls.lease('l', 8, 1_000), undefined)
  })

  test('answers news from the tables where the tail does not reach', () => {
    using folder = aFolder()
    {
      using writer = writerAt(folder.file, world())
      for (let n = 0; n < 90; n += 1)
        writer.commitBatch([aCommit({ decidedAt: seq(n), writes: [{ put: row(`r${n}`), expected: 'absent' }] })])
    }
    using writer = writerAt(folder.file, world(), { tailKept: 5 })
    const [result] = writer.commitBatch([aCommit({ decidedAt: seq(3) })])
    assert(result?.done === true)
    assert.equal(result.news.length, 2 * (90 - 3))
    assert.equal(result.news[0]?.seq, 4)
  })

  test('a tail that would begin within a position begins after it', () => {
    using folder = aFolder()
    const positions = 12
    {
      using writer = writerAt(folder.file, world())
      for (let n = 0; n < positions; n += 1) {
        const writes = ['a', 'b', 'c'].map(name => ({ put: row(`${name}${n}`), expected: 'absent' as const }))
        writer.commitBatch([aCommit({ decidedAt: seq(n), writes })])
      }
    }
    for (const tailKept of [1, 5, 7, 100]) {
      using writer = writerAt(folder.file, world(), { tailKept })
      for (let from = 0; from <= positions; from += 1) {
        const [result] = writer.commitBatch([aCommit({ decidedAt: seq(from) })])
        assert(result?.done === true)
        const told = new Map<number, number>()
        for (const change of result.news) told.set(change.seq, (told.get(change.seq) ?? 0) + 1)
        assert.deepEqual(
          [...told.keys()],
          Array.from({ length: positions - from }, (_, at) => from + at + 1),
        )
        assert.equal(new Set(told.values()).size, from === positions ? 0 : 1)
      }
    }
  })

  test('prunes the feed, and refuses to take a part of the news for all of it', () => {
    using folder = aFolder()
    using writer = writerAt(folder.file, world(), { feedKept: 10 })
    for (let n = 0; n < 50; n += 1)
      writer.commitBatch([aCommit({ decidedAt: seq(n), writes: [{ put: row(`r${n}`), expected: 'absent' }] })])
    using reader = openReader(folder.file)
    assert.throws(() => reader.changes(seq(5)), /no longer holds position 6/)
    assert.equal(reader.changes(seq(45)).length, 10)
  })

  test('a damaged feed or a wrong version is no reason to harm neighbours: a commit that throws goes alone', async () => {
    using folder = aFolder()
    const writer = overMessages(writerAt(folder.file, world()))
    const poison = { ...row('p'), kind: 999 }
    const results = await Promise.allSettled([
      writer.commit([aCommit({ writes: [{ put: row('a'), expected: 'absent' }], entries: ['1'] })]),
      writer.commit([aCommit({ writes: [{ put: poison, expected: 'absent' }], entries: ['2'] })]),
      writer.commit([aCommit({ writes: [{ put: row('b'), expected: 'absent' }], entries: ['3'] })]),
    ])
    assert.deepEqual(
      results.map(result => result.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    using reader = openReader(folder.file)
    assert.equal(reader.head(), 2)
    assert.deepEqual(
      reader.audit.batches(1, 0, 9).map(batch => [batch.seq, batch.count]),
      [
        [1, 1],
        [2, 1],
      ],
    )
    await writer.close()
  })

  test('one tick of commits is one transaction', async () => {
    using folder = aFolder()
    const writer = overMessages(writerAt(folder.file, world()))
    const results = await Promise.all(Array.from({ length: 600 }, (_, n) => writer.commit([aCommit({ entries: [`${n}`] })])))
    assert.equal(results.flat().filter(result => result.done).length, 600)
    using reader = openReader(folder.file)
    assert.deepEqual(
      reader.audit.batches(1, 0, 9).map(batch => batch.count),
      [512, 88],
    )
    await writer.close()
  })

  test('more than it can hold is refused as busy, and what it holds is still done', async () => {
    using folder = aFolder()
    const writer = overMessages(writerAt(folder.file, world()), undefined, 2)
    const held = writer.commit([aCommit({ entries: ['1'] }), aCommit({ entries: ['2'] })])
    await assert.rejects(writer.commit([aCommit()]), (error: unknown) => error instanceof Problem && error.body.code === 'Busy')
    assert.equal((await held).length, 2)
    assert.equal((await writer.commit([aCommit()])).length, 1)
    await writer.close()
  })

  test('a damaged page is the end: what is held is rejected, and nothing is answered after it', async () => {
    using folder = aFolder()
    const fatal: Error[] = []
    const good = writerAt(folder.file, world())
    const failing: Writer = {
      ...good,
      commitBatch() {
        throw new StoreFailed('disk I/O error')
      },
    }
    const writer = overMessages(failing, cause => fatal.push(cause))
    await assert.rejects(writer.commit([aCommit({ entries: ['1'] })]), StoreFailed)
    await assert.rejects(writer.commit([aCommit({ entries: ['2'] })]), StoreFailed)
    assert.equal(fatal.length, 1)
    good[Symbol.dispose]()
  })

  test('SQLite`s own errors are told apart: damage fails the store, a full disk refuses', () => {
    using folder = aFolder()
    const at = world()
    using writer = writerAt(folder.file, at)
    writer.commitBatch([aCommit({ writes: [{ put: row('a'), expected: 'absent' }] })])
    const big = { ...row('big'), body: sealed(new Uint8Array(8_000_000)) }
    using limited = writerWithPages(folder.file, 400)
    const [refused] = limited.commitBatch([aCommit({ decidedAt: seq(1), writes: [{ put: big, expected: 'absent' }], entries: ['{}'] })])
    assert.deepEqual(refused, { done: false, reserved: true })
    const [after] = limited.commitBatch([aCommit({ decidedAt: seq(1), writes: [{ put: row('b'), expected: 'absent' }], entries: ['{}'] })])
    assert(after?.done === true, 'space is looked at again')
    assert.equal(after.seq, 2)
  })

  test('the write-ahead log has its size before the first commit, and a scrub leaves none of the removed bytes', () => {
    using folder = aFolder()
    using writer = writerAt(folder.file, world(), { walBytes: 1_500 * 4_096 })
    assert(statSync(`${folder.file}-wal`).size >= 1_500 * 4_096)
    const canary = 'CANARY-8d1f'
    const secret = { ...row('s'), body: sealed(new TextEncoder().encode(canary.repeat(50))) }
    writer.commitBatch([aCommit({ writes: [{ put: secret, expected: 'absent' }] })])
    const holds = (): boolean => [folder.file, `${folder.file}-wal`].some(file => readFileSync(file).includes(canary))
    assert(holds(), 'control: it is there')
    writer.commitBatch([aCommit({ decidedAt: seq(1), writes: [{ remove: secret.id, expected: 1 }] })])
    assert(holds(), 'control: the log still has it')
    writer.calls.scrub()
    assert(!holds())
  })

  test('runs with the settings that durability rests on', () => {
    using folder = aFolder()
    using _ = writerAt(folder.file, world(), { walBytes: 4_096 * 10 })
    assert.deepEqual(integrityFindings(folder.file), [])
    using db = new DatabaseSync(folder.file)
    assert.deepEqual({ ...db.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' })
  })
})

/** A writer whose database may not grow past so many pages: SQLITE_FULL without a full disk. */
function writerWithPages(file: string, pages: number): Writer {
  const db = openDatabase(file)
  db.exec(`PRAGMA max_page_count = ${pages}`)
  return writerOn(db, writerOptions(world()))
}

describe('data directory', () => {
  test('is one process`s at a time, and the second learns whose', () => {
    using folder = aFolder()
    {
      assert.equal(isDataDirectoryLocked(folder.path), false)
      using _ = lockDataDirectory(folder.path, { pid: 812, since: 99 })
      assert.equal(isDataDirectoryLocked(folder.path), true)
      assert.throws(
        () => lockDataDirectory(folder.path, { pid: 2, since: 3 }),
        (error: unknown) => error instanceof DataDirectoryLocked && error.holder?.pid === 812 && error.holder.since === 99,
      )
    }
    using again = lockDataDirectory(folder.path, { pid: 2, since: 3 })
    assert.equal(typeof again[Symbol.dispose], 'function')
  })

  test('of a newer schema is not opened', () => {
    using folder = aFolder()
    {
      using db = new DatabaseSync(folder.file)
      db.exec(`PRAGMA user_version = ${schemaVersion + 1}`)
    }
    assert.throws(() => openBootStore(folder.file), /use a newer one/)
  })

  test('is not made by who only reads', () => {
    using folder = aFolder()
    assert.throws(() => openReader(folder.file))
    assert.throws(() => statSync(folder.file))
    assert.equal(nextMutation().length, 32)
  })
})
