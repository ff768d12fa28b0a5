import assert from 'node:assert/strict'
import { createSecretKey, generateKeyPairSync, type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { checkpointFile } from '#adapters/sqlite/checkpoint-file.ts'
import { openReader } from '#adapters/sqlite/reader.ts'
import { readingStore, sqliteStore } from '#adapters/sqlite/record-store.ts'
import { openWriter, type Writer } from '#adapters/sqlite/writer.ts'
import { type CompartmentId, compartmentId, millis, mutationId, type RecordId, sealed } from '#model/brands.ts'
import { createBarrier, type OpenBarrier } from '#domain/seal/barrier.ts'
import type { AuditLog } from '#ports/audit-log.ts'
import type { RecordStore, Write } from '#ports/record-store.ts'
import { auditSealer } from './audit-sealer.ts'
import { openCheckpoint } from './checkpoint.ts'
import { namedWrites } from './named-writes.ts'
import { type AuditFilter, queryAudit } from './query.ts'
import { rowText } from './row.ts'
import { AuditTampered, openSequencer } from './sequencer.ts'
import type { Verdict } from './verdict.ts'
import { verifyAudit } from './verify.ts'

const random = { bytes: (length: number) => new Uint8Array(randomBytes(length)), uuid: () => randomUUID() }
const installation = compartmentId('ee'.repeat(16))
const vault = compartmentId('a1'.repeat(16))
const origin = 'keystead.audit/test'

interface House extends Disposable {
  readonly folder: string
  readonly database: string
  readonly kept: string
  readonly barrier: OpenBarrier
  readonly keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject }
  readonly time: { now: number }
}

function aHouse(): House {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-audit-'))
  const barrier = createBarrier({ rootKey: createSecretKey(randomBytes(32)), rootEpoch: 1, random })
  barrier.newCompartment(installation)
  return {
    folder,
    database: join(folder, 'keystead.db'),
    kept: join(folder, 'audit.checkpoint'),
    barrier,
    keys: generateKeyPairSync('ed25519'),
    time: { now: 1_800_000_000_000 },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

interface Running extends AsyncDisposable {
  readonly store: RecordStore & AuditLog
  readonly act: (name: string, writes: readonly Write[], http?: number) => Promise<void>
  readonly sign: () => Promise<void>
}

async function running(house: House): Promise<Running> {
  const clock = { now: () => millis(house.time.now), monotonic: () => house.time.now, after: () => () => undefined }
  const sealer = auditSealer({ cipher: house.barrier, compartment: installation, node: 1, clock, random })
  const writer: Writer = openWriter(house.database, { sealer, node: 1, clock, walBytes: 0, freeBytes: () => 1e12 })
  const store = sqliteStore({
    reader: openReader(house.database),
    writer: {
      commit: batch => Promise.try(() => writer.commitBatch(batch)),
      calls: {
        lease: (...given) => Promise.try(() => writer.calls.lease(...given)),
        takeEffects: (...given) => Promise.try(() => writer.calls.takeEffects(...given)),
        settleEffect: id => Promise.try(() => writer.calls.settleEffect(id)),
        addLeaves: leaves => Promise.try(() => writer.calls.addLeaves(leaves)),
        addCheckpoint: checkpoint => Promise.try(() => writer.calls.addCheckpoint(checkpoint)),
        scrub: () => Promise.try(() => writer.calls.scrub()),
      },
      close: () => Promise.try(() => writer[Symbol.dispose]()),
    },
  })
  const sequencer = await openSequencer({ log: store, file: checkpointFile(house.kept), key: house.keys.privateKey, origin, clock })
  return {
    store,
    async act(name, writes, http = 200) {
      house.time.now += 1_000
      const text = rowText({
        at: house.time.now,
        actor: { kind: 'user', oid: `oid-${name}` },
        boot: 'boot',
        decision: { allow: http === 200, appliedSeq: 0 },
        durationMs: 1,
        node: 1,
        operation: 'KeyCreate',
        plane: 'data',
        requestId: name,
        resourceId: `/vaults/kv1/keys/${name}`,
        result: { http },
        writes: namedWrites(writes),
      })
      const decidedAt = await store.head()
      const [result] = await store.commit([
        { id: mutationId(randomUUID().replaceAll('-', '')), decidedAt, reads: [], writes, entries: [text], outbox: [], ruling: false },
      ])
      assert(result?.done === true)
    },
    sign: async () => void (await sequencer.step({ now: true })),
    [Symbol.asyncDispose]: () => store.close(),
  }
}

const encoder = new TextEncoder()

function put(house: House, name: string, version = 1): Write {
  const id = house.barrier.index(vault, name)
  const body = house.barrier.sealRecord({ id, kind: 30, version }, encoder.encode(`${name} ${version}`))
  return {
    put: { id, kind: 30, version, ...body, parent: house.barrier.index(vault, 'keys'), tags: [] },
    expected: version === 1 ? 'absent' : version - 1,
  }
}

const place = (house: House, name: string) => ({ id: house.barrier.index(vault, name), version: 'c'.repeat(32) })

function material(house: House, name: string): Write {
  return { material: place(house, name), wrapped: house.barrier.sealMaterial(place(house, name), encoder.encode('key bytes')) }
}

/** Ten keys, k3 changed, k4 removed, one refusal; signed. */
async function lived(house: House): Promise<void> {
  const compartmentKey = house.barrier.newCompartment(vault)
  await using run = await running(house)
  await run.act('vault', [{ compartmentKey }])
  for (let n = 0; n < 10; n += 1) await run.act(`k${n}`, [put(house, `k${n}`), material(house, `k${n}`)])
  await run.act('k3', [put(house, 'k3', 2)])
  await run.act('k4', [{ remove: house.barrier.index(vault, 'k4'), expected: 1 }, { removeMaterial: house.barrier.index(vault, 'k4') }])
  await run.act('stranger', [], 403)
  await run.sign()
}

async function verdictOf(house: House, more: { readonly since?: string; readonly noRecords?: boolean } = {}): Promise<Verdict> {
  using reader = openReader(house.database, { snapshot: true })
  const store = readingStore(reader)
  return await verifyAudit({
    log: store,
    file: checkpointFile(house.kept),
    cipher: house.barrier,
    compartment: installation,
    key: house.keys.publicKey,
    origin,
    ...(more.since !== undefined && { since: more.since }),
    ...(more.noRecords !== true && { records: { store, barrier: house.barrier } }),
  })
}

const edit = (house: House, sql: string): void => {
  using db = new DatabaseSync(house.database)
  db.exec(sql)
}

const hex = (id: RecordId | CompartmentId): string => `x'${id}'`

/** An edit of a lived-in database, and the first bad row or record that must be named. */
async function finds(sql: (house: House) => string, expected: { readonly firstBad?: number; readonly record?: string }): Promise<void> {
  using house = aHouse()
  await lived(house)
  assert.equal((await verdictOf(house)).verdict, 'intact', 'control: untouched it verifies')
  edit(house, sql(house))
  const found = await verdictOf(house)
  assert(found.verdict === 'tampered', JSON.stringify(found))
  const record = expected.record === undefined ? undefined : house.barrier.index(vault, expected.record)
  assert.deepEqual([found.firstBad, found.record], [expected.firstBad, record], found.because)
}

describe('audit verify', () => {
  test('an untouched store is intact, rows and records counted', async () => {
    using house = aHouse()
    await lived(house)
    assert.deepEqual(await verdictOf(house), { verdict: 'intact', rows: 14, batches: 14, records: 9 })
    assert.deepEqual(await verdictOf(house, { noRecords: true }), { verdict: 'intact', rows: 14, batches: 14, records: undefined })
  })

  test('rows that are not signed yet are checked too, and an empty store is intact', async () => {
    using house = aHouse()
    {
      await using _ = await running(house)
    }
    assert.equal((await verdictOf(house)).verdict, 'intact')
    {
      await using run = await running(house)
      for (let n = 0; n < 3; n += 1) await run.act(`r${n}`, [], 401)
    }
    assert.deepEqual(await verdictOf(house), { verdict: 'intact', rows: 3, batches: 0, records: 0 })
    edit(house, 'DELETE FROM audit WHERE seq = 2')
    assert.equal((await verdictOf(house)).verdict, 'tampered')
  })

  test('an edited body', () =>
    finds(() => `UPDATE audit SET body = CAST(substr(body, 1, 80) || x'00' || substr(body, 82) AS BLOB) WHERE seq = 5`, { firstBad: 5 }))
  test('an edited time', () => finds(() => 'UPDATE audit SET at = at + 1 WHERE seq = 6', { firstBad: 6 }))
  test('an edited chain hash', () => finds(() => 'UPDATE audit SET hash = zeroblob(32) WHERE seq = 7', { firstBad: 7 }))
  test('an edited term', () => finds(() => 'UPDATE audit SET term = 2 WHERE seq = 7', { firstBad: 7 }))
  test('a removed row', () => finds(() => 'DELETE FROM audit WHERE seq = 8', { firstBad: 8 }))
  test('a removed first row', () => finds(() => 'DELETE FROM audit WHERE seq = 1', { firstBad: 1 }))
  test('a cut tail', () => finds(() => 'DELETE FROM audit WHERE seq > 12', { firstBad: 13 }))
  test('a cut tail, the log cut with it', () =>
    finds(() => 'DELETE FROM audit WHERE seq > 12; DELETE FROM audit_log WHERE idx >= 12; DELETE FROM checkpoint', { firstBad: 13 }))
  test('everything removed', () => finds(() => 'DELETE FROM audit; DELETE FROM audit_log; DELETE FROM checkpoint', { firstBad: 1 }))
  test('two rows exchanged', () =>
    finds(
      () => 'UPDATE audit SET seq = -1 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = -1',
      { firstBad: 5 },
    ))
  test('an edited leaf', () => finds(() => 'UPDATE audit_log SET leaf = zeroblob(32) WHERE idx = 3', { firstBad: 4 }))
  test('a forged checkpoint', () => finds(() => `UPDATE checkpoint SET note = replace(note, '14', '13')`, {}))

  test('an edited record', () =>
    finds(house => `UPDATE record SET body = zeroblob(length(body)) WHERE id = ${hex(house.barrier.index(vault, 'k2'))}`, {
      firstBad: 4,
      record: 'k2',
    }))
  test('a record of another version', () =>
    finds(house => `UPDATE record SET version = 1 WHERE id = ${hex(house.barrier.index(vault, 'k3'))}`, { firstBad: 12, record: 'k3' }))
  test('a record in another place', () =>
    finds(
      house =>
        `UPDATE record SET body = (SELECT body FROM record WHERE id = ${hex(house.barrier.index(vault, 'k1'))}) WHERE id = ${hex(house.barrier.index(vault, 'k2'))}`,
      { firstBad: 4, record: 'k2' },
    ))
  test('a record under another kind', () =>
    finds(house => `UPDATE record SET kind = 99 WHERE id = ${hex(house.barrier.index(vault, 'k2'))}`, { firstBad: 4, record: 'k2' }))
  test('a removed record', () =>
    finds(house => `DELETE FROM record WHERE id = ${hex(house.barrier.index(vault, 'k5'))}`, { firstBad: 7, record: 'k5' }))
  test('edited material', () =>
    finds(house => `UPDATE material SET wrapped = zeroblob(length(wrapped)) WHERE id = ${hex(house.barrier.index(vault, 'k6'))}`, {
      firstBad: 8,
      record: 'k6',
    }))
  test('removed material', () =>
    finds(house => `DELETE FROM material WHERE id = ${hex(house.barrier.index(vault, 'k6'))}`, { firstBad: 8, record: 'k6' }))

  test('a record put back to an older state', async () => {
    using house = aHouse()
    await lived(house)
    using db = new DatabaseSync(house.database)
    const old = db.prepare('SELECT * FROM record WHERE id = ?').get(Uint8Array.fromHex(house.barrier.index(vault, 'k7')))
    assert(old)
    {
      await using run = await running(house)
      await run.act('k7', [put(house, 'k7', 2)])
      await run.sign()
    }
    db.prepare('UPDATE record SET version = ?, body = ?, term = ? WHERE id = ?').run(
      old['version']!,
      old['body']!,
      old['term']!,
      old['id']!,
    )
    const found = await verdictOf(house)
    assert(found.verdict === 'tampered')
    assert.deepEqual([found.record, found.firstBad], [house.barrier.index(vault, 'k7'), 15])
  })

  test('a database rolled back whole is found by the file, and the node does not start', async () => {
    using house = aHouse()
    await lived(house)
    copyFileSync(house.database, `${house.database}.old`)
    {
      await using run = await running(house)
      await run.act('later', [put(house, 'later')])
      await run.sign()
    }
    assert.equal((await verdictOf(house)).verdict, 'intact')
    copyFileSync(`${house.database}.old`, house.database)
    const found = await verdictOf(house)
    assert(found.verdict === 'tampered')
    assert.equal(found.firstBad, 15)
    await assert.rejects(running(house), AuditTampered)
  })

  test('rolled back with its file, it is found by a checkpoint that an auditor kept', async () => {
    using house = aHouse()
    await lived(house)
    copyFileSync(house.database, `${house.database}.old`)
    copyFileSync(house.kept, `${house.kept}.old`)
    {
      await using run = await running(house)
      await run.act('later', [put(house, 'later')])
      await run.sign()
    }
    const since = readFileSync(house.kept, 'utf8')
    copyFileSync(`${house.database}.old`, house.database)
    copyFileSync(`${house.kept}.old`, house.kept)
    assert.equal((await verdictOf(house)).verdict, 'intact')
    assert.equal((await verdictOf(house, { since })).verdict, 'tampered')
  })

  test('without its file nothing can be said, and the node does not start', async () => {
    using house = aHouse()
    await lived(house)
    rmSync(house.kept)
    assert.equal((await verdictOf(house)).verdict, 'unknown')
    await assert.rejects(running(house), AuditTampered)
  })

  test('a file of another installation is not believed', async () => {
    using house = aHouse()
    await lived(house)
    writeFileSync(house.kept, readFileSync(house.kept, 'utf8').replace('keystead.audit/test\n14', 'keystead.audit/test\n1'))
    assert.equal((await verdictOf(house)).verdict, 'tampered')
    await assert.rejects(running(house), /not signed/)
  })

  test('a purged compartment takes its records out of what must be there', async () => {
    using house = aHouse()
    await lived(house)
    {
      await using run = await running(house)
      await run.act('purge', [{ removeCompartment: vault }])
      await run.sign()
    }
    assert.deepEqual(await verdictOf(house), { verdict: 'intact', rows: 15, batches: 15, records: 0 })
  })

  test('a flipped bit in any column of a record is never another plaintext', async () => {
    using house = aHouse()
    await lived(house)
    const id = house.barrier.index(vault, 'k1')
    const flips = ['body', 'term', 'version', 'kind', 'id']
    for (const column of flips) {
      const stored = openedRow(house, id)
      const before = stored.body
      for (let at = 0; at < (column === 'body' ? before.length : 1); at += 1) {
        const flipped = new Uint8Array(before)
        if (column === 'body') flipped[at] = (flipped[at] ?? 0) ^ 0x10
        const changed = { ...stored, body: sealed(flipped) }
        const context = {
          id: column === 'id' ? house.barrier.index(vault, 'k2') : id,
          kind: column === 'kind' ? changed.kind ^ 1 : changed.kind,
          version: column === 'version' ? changed.version ^ 2 : changed.version,
        }
        const term = column === 'term' ? changed.term ^ 2 : changed.term
        assert.throws(() => house.barrier.openRecord(context, { term, body: changed.body }), `${column} ${at}`)
      }
    }
  })
})

function openedRow(house: House, id: RecordId) {
  using reader = openReader(house.database)
  const [row] = reader.read([id])
  assert(row)
  return row
}

describe('sequencer', () => {
  test('signs what is durable, and goes on from what it signed', async () => {
    using house = aHouse()
    await lived(house)
    const first = openCheckpoint(house.keys.publicKey, origin, readFileSync(house.kept, 'utf8'))
    assert.equal(first?.size, 14)
    await using run = await running(house)
    await run.sign()
    assert.equal(openCheckpoint(house.keys.publicKey, origin, readFileSync(house.kept, 'utf8'))?.size, 14, 'no news, no checkpoint')
    for (let n = 0; n < 3; n += 1) await run.act(`n${n}`, [], 401)
    await run.sign()
    assert.equal(openCheckpoint(house.keys.publicKey, origin, readFileSync(house.kept, 'utf8'))?.size, 17)
    assert.equal((await run.store.lastCheckpoint())?.size, 17)
    assert.deepEqual((await verdictOf(house)).verdict, 'intact')
  })

  test('steps of a verifier and of the clock that meet place each batch once', async () => {
    using house = aHouse()
    await using run = await running(house)
    await run.act('k0', [])
    await Promise.all([run.sign(), run.sign(), run.sign()])
    assert.equal((await verdictOf(house)).verdict, 'intact')
    assert.deepEqual(
      (await run.store.leaves(0, 10)).map(leaf => leaf.seq),
      [1],
    )
  })

  test('a lost frontier is computed anew from the leaves', async () => {
    using house = aHouse()
    await lived(house)
    edit(house, 'UPDATE checkpoint SET frontier = zeroblob(96)')
    await using run = await running(house)
    await run.act('on', [], 401)
    await run.sign()
    assert.equal((await verdictOf(house)).verdict, 'intact')
  })

  test('never signs a tree that does not continue what it signed', async () => {
    using house = aHouse()
    await lived(house)
    edit(house, 'UPDATE audit_log SET leaf = zeroblob(32) WHERE idx = 3; UPDATE checkpoint SET frontier = zeroblob(96)')
    await assert.rejects(running(house), AuditTampered)
  })
})

describe('audit query', () => {
  const rows = async (house: House, filter: AuditFilter) => {
    using reader = openReader(house.database)
    const found = await Array.fromAsync(queryAudit({ log: readingStore(reader), cipher: house.barrier, compartment: installation }, filter))
    return found.map(row => row.seq)
  }

  test('answers oldest first, by time, resource, principal, outcome, limit and cursor', async () => {
    using house = aHouse()
    await lived(house)
    assert.deepEqual(
      await rows(house, {}),
      Array.from({ length: 14 }, (_, n) => n + 1),
    )
    assert.deepEqual(await rows(house, { resource: '/KEYS/k3' }), [5, 12])
    assert.deepEqual(await rows(house, { principal: 'oid-k4' }), [6, 13])
    assert.deepEqual(await rows(house, { denied: true }), [14])
    assert.deepEqual(await rows(house, { since: 1_800_000_000_000 + 13_000 }), [13, 14])
    assert.deepEqual(await rows(house, { limit: 2, after: { 1: 7 } }), [8, 9])
    assert.deepEqual(await rows(house, { limit: 0 }), [])
  })
})
