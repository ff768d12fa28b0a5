import assert from 'node:assert/strict'
import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { memoryStore } from '#adapters/memory/memory-store.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { compartmentId, mutationId, seq } from '#model/brands.ts'
import { createBarrier } from '#domain/seal/barrier.ts'
import { testClock } from '#domain/testing.ts'
import { auditSealer } from './audit-sealer.ts'
import { queryBackwards } from './backwards.ts'
import { auditEnd, behindRows, queryAudit, type AuditFilter } from './query.ts'
import { rowText } from './row.ts'

const compartment = compartmentId('ee'.repeat(16))

/** A log of batches of so many rows each. */
async function aLog(...batches: readonly number[]) {
  const random = systemRandom()
  const clock = testClock()
  const cipher = createBarrier({ rootKey: createSecretKey(randomBytes(32)), rootEpoch: 1, random })
  cipher.newCompartment(compartment)
  const store = memoryStore({ sealer: auditSealer({ cipher, compartment, node: 1, clock, random }), clock })
  for (const count of batches) {
    const id = mutationId(randomBytes(16).toString('hex'))
    const entries = Array.from({ length: count }, row)
    await store.commit([{ id, decidedAt: seq(0), reads: [], writes: [], entries, outbox: [], ruling: false }])
  }
  const back = async (before?: number, since = 0) =>
    (
      await Array.fromAsync(
        queryBackwards({ log: store, cipher, compartment }, { before: before === undefined ? {} : { 1: before }, since }),
      )
    ).map(one => one.seq)
  const found = async (filter: AuditFilter) => Array.fromAsync(queryAudit({ log: store, cipher, compartment }, filter))
  return { store, found, back, numbers: async (filter: AuditFilter) => (await found(filter)).map(one => one.seq) }
}

const row = (): string =>
  rowText({
    at: 0,
    actor: { kind: 'system' },
    boot: 'b',
    decision: { allow: true, appliedSeq: 0 },
    durationMs: 0,
    node: 1,
    operation: 'Test',
    plane: 'test',
    requestId: 'r',
    resourceId: '/',
    result: { http: 200 },
  })

describe('reading on where an earlier reading ended', () => {
  test('gives every later row once, in the middle of a batch, at its end, and far into a long log', async () => {
    const { numbers } = await aLog(...Array.from({ length: 100 }, () => 100))
    for (const last of [0, 1, 99, 100, 101, 8_192, 8_193, 8_200, 9_950]) {
      const rest = await numbers({ after: { 1: last } })
      assert.deepEqual([rest.length, rest[0], rest.at(-1)], [10_000 - last, last + 1, 10_000], `behind ${last}`)
    }
    assert.deepEqual(await numbers({ after: { 1: 10_000 } }), [])
  })

  test('finds its place in a batch of more rows than any should have', async () => {
    const { numbers } = await aLog(9_000, 3)
    assert.deepEqual(await numbers({ after: { 1: 8_999 } }), [9_000, 9_001, 9_002, 9_003])
  })

  test('the end of a reading is where the next begins, whatever the filter let through', async () => {
    const { store, found } = await aLog(3, 4)
    assert.deepEqual(await auditEnd(store), { 1: 7 })
    assert.deepEqual(behindRows([], { 1: 7 }), { 1: 7 })
    assert.deepEqual(behindRows(await found({ limit: 5 }), {}), { 1: 5 })
    assert.deepEqual(behindRows(await found({ limit: 1 }), { 1: 7, 2: 9 }), { 1: 7, 2: 9 }, 'never back')
  })

  test('backwards, every row comes once, from wherever it begins, whatever the sizes of batches', async () => {
    const sizes = [3, 600, 1, 1, 500, 2, 40, ...Array.from({ length: 70 }, () => 1)]
    const { back } = await aLog(...sizes)
    const count = sizes.reduce((sum, size) => sum + size, 0)
    const all = Array.from({ length: count }, (_, at) => count - at)
    assert.deepEqual(await back(), all)
    for (const before of [1, 2, 4, 300, 604, 605, 1_100, count])
      assert.deepEqual(
        await back(before),
        all.filter(one => one < before),
      )
    assert.deepEqual(await back(undefined, 4_000_000_000_000), [])
  })
})
