import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { millis, sealed, seq } from '#model/brands.ts'
import { auditSealer } from '#domain/audit/audit-sealer.ts'
import type { AuditSealer } from '#ports/audit-log.ts'
import { aCommit, recordStoreContract, row, type StoreWorld } from '#ports/record-store.contract.ts'
import { compartmentId } from '#model/brands.ts'
import { memoryStore } from './memory-store.ts'

const plainCipher = {
  sealRecord: (_: unknown, body: Uint8Array) => ({ term: 1, body: sealed(body) }),
  openRecord: (_: unknown, stored: { readonly body: Uint8Array }) => stored.body,
}

const sealerAt = (world: { readonly now: number }): AuditSealer =>
  auditSealer({
    cipher: plainCipher,
    compartment: compartmentId('00'.repeat(16)),
    node: 1,
    clock: { now: () => millis(world.now) },
    random: { bytes: length => new Uint8Array(length) },
  })

const storeAt = (world: StoreWorld, sealer = sealerAt(world)) =>
  memoryStore({ sealer, clock: { now: () => millis(world.now) }, reserved: () => world.reserved, tailChanges: 2 })

recordStoreContract('memory', world => Promise.resolve(storeAt(world)))

describe('memory store', () => {
  test('a batch whose audit row cannot be sealed leaves nothing', async () => {
    const world = { now: 1, reserved: false }
    const sealer = sealerAt(world)
    let broken = true
    const store = storeAt(world, {
      ...sealer,
      seal(entries) {
        if (broken) throw new Error('no entropy')
        return sealer.seal(entries)
      },
    })
    const commit = aCommit({
      writes: [{ put: row('a'), expected: 'absent' }],
      entries: ['{}'],
      outbox: [{ topic: 't', body: sealed(new Uint8Array(1)) }],
    })
    await assert.rejects(store.commit([commit]), /no entropy/)
    assert.equal(await store.head(), 0)
    assert.deepEqual(await store.changes(seq(0)), [])
    assert.equal(await store.committed(commit.id), false)
    assert.deepEqual(await store.read([row('a').id]), [undefined])
    assert.deepEqual(await store.list(row('a').parent, { after: 0, limit: 9 }), [])
    broken = false
    assert.equal((await store.commit([commit]))[0]?.done, true)
  })
})
