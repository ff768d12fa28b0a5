import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { createSecretKey, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { openBootStore } from '#adapters/sqlite/boot-store.ts'
import { integrityFindings } from '#adapters/sqlite/open.ts'
import { openReader } from '#adapters/sqlite/reader.ts'
import { readingStore, sqliteStore } from '#adapters/sqlite/record-store.ts'
import { openBatch } from '#domain/audit/batch.ts'
import { createBarrier } from '#domain/seal/barrier.ts'
import { compartmentId, sealed, seq } from '#model/brands.ts'
import { aCommit, row } from '#ports/record-store.contract.ts'
import { startWriter } from './start-writer.ts'

const installation = compartmentId('ee'.repeat(16))
const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)), uuid: () => randomUUID() }

function barrierOf(rootKey: Uint8Array) {
  const barrier = createBarrier({ rootKey: createSecretKey(rootKey), rootEpoch: 1, random })
  return { barrier, row: barrier.newCompartment(installation) }
}

const aFolder = () => {
  const path = mkdtempSync(join(tmpdir(), 'keystead-writer-'))
  return { path, file: join(path, 'keystead.db'), [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

/** Run by itself as a child: commits one record after another and tells of each that was acknowledged. */
async function writeForEver(file: string): Promise<void> {
  const { barrier } = barrierOf(new Uint8Array(32))
  openBootStore(file)[Symbol.dispose]()
  const writer = startWriter({
    path: file,
    node: 1,
    installation,
    keys: barrier.keysOf(installation),
    onFatal: () => process.exit(3),
  })
  const reader = openReader(file)
  for (let n = reader.scan(30, { after: undefined, limit: 100_000 }).length; ; n += 2) {
    const pair = [n, n + 1].map(k =>
      aCommit({ decidedAt: reader.head(), writes: [{ put: row(`r${k}`), expected: 'absent' }], entries: [`{"k":${k}}`] }),
    )
    const results = await writer.commit(pair)
    assert(results.every(result => result.done))
    process.send?.(n + 1)
  }
}

if (process.argv[2] === 'write-for-ever') await writeForEver(process.argv[3] ?? '')
else
  describe('the writer`s thread', () => {
    test('commits, seals entries under the installation`s key, and closes', async () => {
      using folder = aFolder()
      const { barrier } = barrierOf(randomBytes(32))
      const boot = openBootStore(folder.file)
      const fatal: Error[] = []
      const writer = startWriter({
        path: folder.file,
        node: 1,
        installation,
        keys: barrier.keysOf(installation),
        onFatal: cause => fatal.push(cause),
      })
      const store = sqliteStore({ reader: openReader(folder.file), writer })
      const [result] = await store.commit([aCommit({ writes: [{ put: row('a'), expected: 'absent' }], entries: ['{"who":"me"}'] })])
      assert(result?.done === true)
      assert.equal((await store.read([row('a').id]))[0]?.version, 1)
      const batch = await store.lastBatch(1)
      assert(batch)
      assert.deepEqual(
        openBatch(barrier, installation, batch).map(entry => entry.text),
        ['{"who":"me"}'],
      )
      assert.deepEqual(await store.lease('x', 1, 1_000), { epoch: 1 })
      await store.close()
      boot[Symbol.dispose]()
      assert.deepEqual(fatal, [])
    })

    test('that cannot open its database is fatal, and everything handed over is rejected', async () => {
      using folder = aFolder()
      const { barrier } = barrierOf(randomBytes(32))
      const fatal = Promise.withResolvers<Error>()
      const writer = startWriter({
        path: join(folder.path, 'no', 'where.db'),
        node: 1,
        installation,
        keys: barrier.keysOf(installation),
        onFatal: fatal.resolve,
      })
      await assert.rejects(writer.commit([aCommit({ entries: ['{}'] })]))
      assert.match((await fatal.promise).message, /unable to open/)
    })

    test('what was shredded is in neither the database nor its log once the next thing was done', async () => {
      using folder = aFolder()
      const { barrier } = barrierOf(randomBytes(32))
      openBootStore(folder.file)[Symbol.dispose]()
      const writer = startWriter({ path: folder.file, node: 1, installation, keys: barrier.keysOf(installation), onFatal: assert.fail })
      const marker = randomBytes(64)
      const made = row('shredded')
      const bytesAtRest = (): boolean => [folder.file, `${folder.file}-wal`].some(file => readFileSync(file).includes(marker))
      await writer.commit([
        aCommit({
          decidedAt: seq(0),
          writes: [
            { put: made, expected: 'absent' },
            { material: { id: made.id, version: '00'.repeat(16) }, wrapped: { term: 1, bytes: sealed(marker) } },
          ],
        }),
      ])
      assert(bytesAtRest(), 'control: it was there')
      await writer.commit([aCommit({ decidedAt: seq(1), writes: [{ remove: made.id, expected: 1 }, { removeMaterial: made.id }] })])
      await writer.calls.lease('any', 1, 1)
      assert(!bytesAtRest())
      await writer.close()
    })

    test('kill -9 at any moment loses nothing acknowledged and leaves nothing half done', { timeout: 60_000 }, async () => {
      using folder = aFolder()
      let acknowledged = -1
      for (let cycle = 0; cycle < 6; cycle += 1) {
        const child = fork(import.meta.filename, ['write-for-ever', folder.file], {
          execArgv: [],
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        })
        acknowledged = Math.max(acknowledged, await lastAcknowledged(child, 5 + cycle * 7))
        using reader = openReader(folder.file)
        const rows = reader.scan(30, { after: undefined, limit: 100_000 })
        assert(rows.length > acknowledged, `cycle ${cycle}: ${rows.length} rows, ${acknowledged} acknowledged`)
        assert.equal(reader.head(), rows.length, 'one position of the feed a record')
        const audited = await auditedEntries(reader)
        assert.equal(audited, rows.length, 'one entry a record')
      }
      assert.deepEqual(integrityFindings(folder.file), [])
    })
  })

/** Kills the child once it has acknowledged so many pairs; answers the newest record that it told of. */
async function lastAcknowledged(child: ChildProcess, pairs: number): Promise<number> {
  let newest = -1
  let seen = 0
  child.on('message', message => {
    newest = Number(message)
    seen += 1
    if (seen === pairs) child.kill('SIGKILL')
  })
  await once(child, 'exit')
  assert.equal(child.signalCode, 'SIGKILL')
  return newest
}

async function auditedEntries(reader: ReturnType<typeof openReader>): Promise<number> {
  const heads = await readingStore(reader).heads(1, 0, 100_000)
  for (const [place, head] of heads.entries())
    assert.equal(head.seq, place === 0 ? 1 : (heads[place - 1]?.seq ?? 0) + (heads[place - 1]?.count ?? 0))
  return heads.reduce((sum, head) => sum + head.count, 0)
}
