import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { entryId } from '#domain/audit/entry-id.ts'
import { Problem } from '#model/problem.ts'
import { lastKeyUse, noteKeyUse, writeKeyUses } from './key-last-use.ts'
import type { HeldAccountKey } from './find-account-key.ts'
import { accountGround, otherAccountId, rootOf } from './testing.ts'

describe('the last use of a key', async () => {
  const ground = await accountGround()
  const { context } = ground
  const last = async (key: HeldAccountKey) =>
    ground.as(async call => lastKeyUse(context, call, { permit: await ground.permitOf(call, 'accountKey.readLastUsage', key), key }))
  const use = async (key: HeldAccountKey, operation: string, who = ground.root) =>
    ground.run(
      who,
      async call => {
        noteKeyUse(context, call, key)
        return call.source.requestId
      },
      operation,
    )

  test('is told by the ids of its request and of its entry, the latest of all, and of no other key', async () => {
    const [key, unused] = [await ground.addKey(), await ground.addKey()]
    assert.equal(await last(key), undefined)
    await use(key, 'Encrypt')
    const requestId = await use(key, 'GenerateDataKey')
    assert.deepEqual(await last(key), {
      at: ground.clock.now(),
      operation: 'GenerateDataKey',
      requestId,
      entryId: entryId({ requestId, place: 0 }),
    })
    assert.equal(await last(unused), undefined)
  })

  test('is none that was refused', async () => {
    const key = await ground.addKey()
    const refused = ground.as(async call => {
      noteKeyUse(context, call, key)
      throw new Problem({ code: 'DryRunPassed' })
    })
    await assert.rejects(refused)
    assert.equal(await last(key), undefined)
  })

  test("by another account's principal is found in the trail of the key's", async () => {
    const key = await ground.addKey()
    const requestId = await use(key, 'Decrypt', rootOf(otherAccountId))
    assert.equal((await last(key))?.entryId, entryId({ requestId, place: 0, of: key.value.accountId }))
  })

  test('is written down by the minute, and read from there', async () => {
    const key = await ground.addKey()
    await use(key, 'Encrypt')
    const noted = await last(key)
    await writeKeyUses(context)
    assert.deepEqual(context.latestKeyUses.take(1), [])
    assert.deepEqual(await last(key), noted)
    ground.clock.advance(1_000)
    await use(key, 'Decrypt')
    await writeKeyUses(context)
    assert.equal((await last(key))?.operation, 'Decrypt')
  })
})
