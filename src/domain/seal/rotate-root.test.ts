import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memoryStore } from '#adapters/memory/memory-store.ts'
import { sealOfKey } from '#adapters/seals/key-file.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { testClock, testGround } from '#domain/testing.ts'
import { compartmentId } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Seal } from '#ports/seal.ts'
import { initialise, unseal } from './boot.ts'
import { addSeal } from './seals.ts'
import { rewrapCompartments } from './rewrap-compartments.ts'
import { beginRootRotation } from './rotate-root.ts'

const random = systemRandom()
const newSeal = (): Seal => sealOfKey(new SecretBytes(random.bytes(32)), random)
const sealer = { resume: () => undefined, rollBack: () => undefined, seal: () => assert.fail('nothing is committed') }

async function installed(seals: readonly Seal[]) {
  const boot = memoryStore({ sealer, clock: testClock() })
  const [first, ...more] = seals
  assert(first !== undefined)
  const custody = await initialise({ boot, random, seals: async () => [first] })
  for (const seal of more) assert((await addSeal({ boot, proof: [first], added: () => seal, random })).done)
  const told: number[] = []
  const turn = async (shown: readonly Seal[], dropped: readonly string[] = []) =>
    beginRootRotation({ boot, random, custody, shown, dropped, before: async epoch => void told.push(epoch) })
  return { boot, custody, told, turn }
}

describe('a new root key', () => {
  test('opens by every seal that was shown, with the keys of the cluster and of compartments under either', async () => {
    const seals = [newSeal(), newSeal()]
    const { boot, custody, told, turn } = await installed(seals)
    const [row] = await boot.compartmentKeys()
    assert(row !== undefined)
    const { installation } = custody
    const kept = Buffer.from('kept')
    custody.keepClusterKey('home', kept)
    const sealed = custody.barrier.sealRecord({ id: custody.barrier.index(installation, 'x'), kind: 1, version: 1 }, kept)
    const turned = await turn(seals)
    assert(turned.done)
    assert.deepEqual([turned.root.rootEpoch, told, custody.leaving()], [2, [2], 1])
    const fresh = custody.barrier.newCompartment(compartmentId('a'.repeat(32)))
    assert.equal(fresh.rootEpoch, 2)
    for (const seal of seals) {
      const again = await unseal({ boot, random, seals: [seal] })
      assert(again !== undefined)
      assert.equal(again.openedBy.rootEpoch, 2)
      // As a restart in the middle finds it: one compartment under the former root key, one under the new.
      again.custody.barrier.admit([row, fresh])
      assert.deepEqual(
        again.custody.barrier.openRecord({ id: custody.barrier.index(installation, 'x'), kind: 1, version: 1 }, sealed),
        kept,
      )
      using home = again.custody.clusterKey('home')
      assert.deepEqual(Buffer.from(home?.bytes ?? []), kept)
      assert.ok(again.custody.auditKey.equals(custody.auditKey))
      assert.equal(again.custody.leaving(), 1)
    }
  })

  test('is not made while a seal is neither shown nor given up, nor by a stranger, nor twice at once', async () => {
    const seals = [newSeal(), newSeal()]
    const { boot, custody, turn } = await installed(seals)
    const [one, other] = boot.envelopes()
    assert(one !== undefined && other !== undefined)
    assert.deepEqual(await turn([newSeal()]), { done: false, refused: 'proof' })
    const [first] = seals
    assert(first !== undefined)
    const refused = await turn([first])
    assert(!refused.done && refused.refused === 'unshown' && refused.seals.length === 1)
    assert.deepEqual([custody.leaving(), boot.envelopes().map(({ rootEpoch }) => rootEpoch)], [undefined, [1, 1]])
    assert((await turn([first], refused.seals)).done)
    assert.equal(boot.envelopes().length, 1)
    assert.deepEqual(await turn([first]), { done: false, refused: 'underway' })
  })

  test('takes over: every compartment is wrapped anew, and the former is destroyed', async () => {
    const ground = await testGround()
    const { context } = ground
    const seal = newSeal()
    const { boot, custody, turn } = await installed([seal])
    const rows = new Map((await boot.compartmentKeys()).map(row => [row.compartment, row]))
    assert((await turn([seal])).done)
    // The rows of the installation under test lie in the store of the ground, as one database would have them.
    const store = {
      ...context.store,
      compartmentKeys: async (one?: string) => [...rows.values()].filter(row => one === undefined || row.compartment === one),
    }
    const committer = {
      ...context.ground.committer,
      commit: async (batch: Parameters<typeof context.ground.committer.commit>[0]) => {
        for (const { writes } of batch)
          for (const write of writes) if ('compartmentKey' in write) rows.set(write.compartmentKey.compartment, write.compartmentKey)
        return context.ground.committer.commit(batch.map(one => ({ ...one, writes: [] })))
      },
    }
    await rewrapCompartments({ ...context, store, ground: { ...context.ground, committer } }, custody)
    assert.deepEqual(
      [...rows.values()].map(({ rootEpoch }) => rootEpoch),
      [2],
    )
    assert.equal(custody.leaving(), undefined)
    const again = await unseal({ boot, random, seals: [seal] })
    assert(again !== undefined && again.custody.leaving() === undefined)
    again.custody.barrier.admit([...rows.values()])
    assert.ok(again.custody.barrier.has(custody.installation))
    assert.deepEqual(
      ground.rows().map(row => row['operation']),
      ['RootRewrap', 'RootRotated'],
    )
  })
})
