import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { system } from '#model/principal.ts'
import { testGround, type TestGround } from '#domain/testing.ts'

const subscriptionId = '11111111-1111-4111-8111-111111111111'

/** Names are listed by the collection of all of them. */
async function named(ground: TestGround, name: string, armId: string): Promise<void> {
  const { names, instance } = ground.context
  await ground.run(system, async call => {
    const held = await names.get(call, instance.installation, ['vault', name])
    const value = { subscriptionId, armId, state: 'live' as const }
    if (held === undefined) names.create(call, instance.installation, { path: ['vault', name], value })
    else names.update(call, held, value)
  })
}

async function removed(ground: TestGround, name: string): Promise<void> {
  const { names, instance } = ground.context
  await ground.run(system, async call => {
    const held = await names.get(call, instance.installation, ['vault', name])
    assert(held)
    names.remove(call, held)
  })
}

const listed = async (ground: TestGround, after = -1): Promise<readonly string[]> =>
  ground.run(system, async call => {
    const { names, instance } = ground.context
    const page = await names.list(call, instance.installation, { collection: [], after, limit: 3 })
    return page.map(held => held.value.armId)
  })

/** How often the store is asked for a page from now on. */
function pagesRead({ store }: TestGround): () => number {
  let count = 0
  const list = store.list.bind(store)
  store.list = async (...asked) => {
    count += 1
    return list(...asked)
  }
  return () => count
}

describe('a page of a list', () => {
  test('is read once while nothing of it changes', async () => {
    const ground = await testGround()
    for (const name of ['a', 'b', 'c', 'd']) await named(ground, name, name)
    const reads = pagesRead(ground)
    for (let time = 0; time < 5; time += 1) assert.deepEqual(await listed(ground), ['a', 'b', 'c'])
    assert.equal(reads(), 1)
    await listed(ground, 0)
    assert.equal(reads(), 2, 'another page is another read')
  })

  test('shows a member that changed, one that came and one that went, at once', async () => {
    const ground = await testGround()
    for (const name of ['a', 'b']) await named(ground, name, name)
    assert.deepEqual(await listed(ground), ['a', 'b'])
    await named(ground, 'a', 'changed')
    assert.deepEqual(await listed(ground), ['changed', 'b'])
    await named(ground, 'c', 'c')
    assert.deepEqual(await listed(ground), ['changed', 'b', 'c'])
    await removed(ground, 'b')
    assert.deepEqual(await listed(ground), ['changed', 'c'])
  })

  test('that was read before a change is not kept after it', async () => {
    const ground = await testGround()
    for (const name of ['a', 'b']) await named(ground, name, name)
    const { store } = ground
    const list = store.list.bind(store)
    let late: Promise<void> | undefined
    store.list = async (...asked) => {
      const rows = await list(...asked)
      // Between the store's answer and its opening, another call is committed and applied.
      late ??= named(ground, 'a', 'changed')
      await late
      return rows
    }
    await listed(ground)
    assert.deepEqual(await listed(ground), ['changed', 'b'])
  })
})
