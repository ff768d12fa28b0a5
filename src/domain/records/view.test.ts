import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { system } from '#model/principal.ts'
import { allFamilies } from '#domain/context.ts'
import type { Secret } from '#domain/secrets/records.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import type { Held } from './family.ts'

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

describe('a record that a call has changed', () => {
  const secretAt = async (ground: TestGround, change?: (value: Secret) => Secret): Promise<Held<Secret, readonly [name: string]>> =>
    ground.run(system, async call => {
      const { secrets, instance } = ground.context
      const held = await secrets.get(call, instance.installation, ['s'])
      if (held === undefined) return secrets.create(call, instance.installation, { path: ['s'], value: firstSecret })
      return change === undefined ? held : secrets.update(call, held, change(held.value))
    })

  test('is known without another read, as one who reads it finds it', async () => {
    const ground = await testGround()
    await secretAt(ground)
    await secretAt(ground)
    const reads = recordsRead(ground)
    await secretAt(ground, value => ({ ...value, dueAt: 7, managed: undefined }))
    const known = await secretAt(ground)
    assert.deepEqual([known.version, known.value, reads()], [2, { ...firstSecret, dueAt: 7 }, 0])
    const other = await openedAnew(ground, known)
    assert.deepEqual(known, other)
  })

  test('is what the last of many calls at once made of it', async () => {
    const ground = await testGround()
    await secretAt(ground)
    const more = (value: Secret): Secret => ({ ...value, dueAt: (value.dueAt ?? 0) + 1 })
    await Promise.all(Array.from({ length: 8 }, () => secretAt(ground, more)))
    const known = await secretAt(ground)
    assert.deepEqual([known.version, known.value.dueAt], [9, 8])
    assert.deepEqual(known, await openedAnew(ground, known))
  })
})

const firstSecret: Secret = { name: 's', versions: [{ id: '0'.repeat(32), enabled: true, createdAt: 0, updatedAt: 0 }] }

/** How often the store is asked for records from now on. */
function recordsRead({ store }: TestGround): () => number {
  let count = 0
  const read = store.read.bind(store)
  store.read = async ids => {
    count += 1
    return read(ids)
  }
  return () => count
}

/** What the store has of it, opened. */
async function openedAnew({ context, store }: TestGround, { id }: Pick<Held<unknown>, 'id'>): Promise<Held<unknown>> {
  const [row] = await store.read([id])
  assert(row)
  const family = allFamilies.find(({ name }) => name === 'secrets')
  assert(family)
  return context.ground.view.open(family, row)
}
