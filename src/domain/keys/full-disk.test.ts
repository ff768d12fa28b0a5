import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '#model/problem.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { performAsSystem } from '#domain/jobs/perform-as-system.ts'
import { deletedVaultNamed, vaultTasks } from '#domain/resources/delete-vault.ts'
import { vaultByName } from '#domain/resources/find-vault.ts'
import { createKey } from './create-key.ts'
import { deleteKey } from './delete-key.ts'
import { purgeKey } from './purge-key.ts'
import { kindOf } from './specs.ts'
import { keyGround, subscriptionId } from './testing.ts'

const isReserved = (error: unknown): boolean => error instanceof Problem && error.body.code === 'StorageReserved'

/** A vault with a live and a deleted key, on a disk that is full from then on (security-and-reliability.md 4.6). */
async function full() {
  let reserved = false
  const ground = await keyGround({ reserved: () => reserved })
  const { context, as, permit } = ground
  const vault = await ground.addVault('v')
  const [live, gone] = [
    { vault, name: 'live' },
    { vault, name: 'gone' },
  ]
  for (const { name } of [live, gone]) await ground.addKey(vault, name)
  await as(async call => deleteKey(context, call, { ...gone, permit: permit(call, 'key.delete', gone) }))
  return { ...ground, vault, live, gone, fill: () => void (reserved = true), clear: () => void (reserved = false) }
}

describe('below the watermark of the disk', () => {
  test('nothing new is made and nothing is deleted softly, and nothing of it is left', async () => {
    const { context, as, permit, vault, live, fill, clear, rows } = await full()
    fill()
    const before = rows().length
    const made = { vault, name: 'new' }
    await assert.rejects(
      as(async call =>
        createKey(context, call, { ...made, permit: permit(call, 'key.create', made), kind: kindOf({ type: 'EC', crv: undefined }) }),
      ),
      isReserved,
    )
    await assert.rejects(
      as(async call => deleteKey(context, call, { ...live, permit: permit(call, 'key.delete', live) })),
      isReserved,
    )
    assert.equal(rows().length, before)
    clear()
    assert.equal((await as(async call => context.keys.get(call, vault.compartment, ['new'])))?.value, undefined)
  })

  test('a deleted key is purged, for a purge frees space, and has its entry', async () => {
    const { context, as, permit, vault, gone, fill, store, rows } = await full()
    const { id } = (await as(async call => context.keys.get(call, vault.compartment, ['gone']))) ?? assert.fail('no such key')
    assert.equal((await store.materialOf(id)).length, 1)
    fill()
    await as(async call => purgeKey(context, call, { ...gone, permit: permit(call, 'key.purge', gone) }))
    assert.deepEqual(await store.materialOf(id), [])
    assert.notEqual(rows().at(-1)?.['writes'], undefined)
  })

  test('a vault whose retention ends is purged by itself, with the key of its compartment', async () => {
    const { context, as, vault, fill, store, clock } = await full()
    // As deleteVault leaves it; the officer of its keys may not delete it.
    await as(async call => {
      const held = (await vaultByName(context, call, 'v')) ?? assert.fail('no such vault')
      context.vaults.remove(call, held)
      const value = { vault: held.value, deletedAt: call.at, scheduledPurgeAt: call.at + 7 * 86_400_000 }
      context.deletedVaults.create(call, held.compartment, { path: ['v'], value })
    })
    fill()
    clock.advance(7 * 86_400_000)
    const [task] = vaultTasks
    assert(task !== undefined)
    const due = { compartment: compartmentOfGuid(subscriptionId), path: ['v'] }
    const end = await performAsSystem(context, {
      operation: task.operation,
      resource: 'v',
      run: async call => task.run(context, call, due),
    })
    assert.deepEqual(end, { done: true })
    assert.deepEqual(await store.compartmentKeys(vault.compartment), [])
    await assert.rejects(as(async call => deletedVaultNamed(context, call, { subscriptionId, location: 'local', name: 'v' })))
  })
})
