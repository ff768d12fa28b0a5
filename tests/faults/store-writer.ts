// A child of the store's fault tests: commits one record after another on the calling thread and tells of each that was acknowledged.
import { writeSync } from 'node:fs'
import { openDatabase } from '#adapters/sqlite/open.ts'
import { writerOn } from '#adapters/sqlite/writer.ts'
import { auditSealer } from '#domain/audit/audit-sealer.ts'
import { compartmentId, millis, type Seq, sealed, seq } from '#model/brands.ts'
import { aCommit, row } from '#ports/record-store.contract.ts'

const [, , file = '', synchronous = 'FULL', from = '0'] = process.argv

const db = openDatabase(file)
const writer = writerOn(db, {
  sealer: auditSealer({
    cipher: { sealRecord: (_, body) => ({ term: 1, body: sealed(body) }), openRecord: (_, stored) => stored.body },
    compartment: compartmentId('00'.repeat(16)),
    node: 1,
    clock: { now: () => millis(1) },
    random: { bytes: length => new Uint8Array(length) },
  }),
  node: 1,
  clock: { now: () => millis(1), monotonic: () => performance.now() },
  freeBytes: () => 1e12,
  walBytes: 0,
})
db.exec(`PRAGMA synchronous = ${synchronous}`)

let head: Seq = seq(Number(from))
for (let n = Number(from); ; n += 1) {
  const put = { ...row(`r${n}`), body: sealed(new Uint8Array(200 + (n % 7) * 700).fill(n % 251)) }
  const [result] = writer.commitBatch([aCommit({ decidedAt: head, writes: [{ put, expected: 'absent' }], entries: [`{"n":${n}}`] })])
  if (result?.done !== true) throw new Error(JSON.stringify(result))
  head = result.seq
  writeSync(1, `${n}\n`)
}
