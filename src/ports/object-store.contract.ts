// What every store of objects' bytes keeps to, whatever it is made of.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { describe, test } from 'node:test'
import { compartmentId, sealed, type Bytes, type Sealed } from '#model/brands.ts'
import type { BytesName, ObjectStore } from './object-store.ts'

const compartment = compartmentId('cd'.repeat(16))
const newName = (): BytesName => ({ compartment, id: randomBytes(16).toString('hex') })

async function* given(...pieces: readonly Bytes[]): AsyncGenerator<Sealed> {
  for (const piece of pieces) yield sealed(piece)
}

async function* cutShort(): AsyncGenerator<Sealed> {
  yield sealed(randomBytes(100))
  throw new Error('the client left')
}

const idsOf = async (store: ObjectStore) => (await store.unconfirmed()).map(({ id }) => id)

export function objectStoreContract(name: string, make: () => ObjectStore): void {
  describe(`${name} keeps bytes`, () => {
    test('and gives back any part of them, before and after they are confirmed', async () => {
      const store = make()
      const [at, bytes] = [newName(), randomBytes(100_000)]
      await store.write(at, given(bytes.subarray(0, 5), bytes.subarray(5)))
      for (const confirm of [false, true]) {
        if (confirm) await store.confirm(at)
        const stored = await store.open(at)
        assert.equal(stored.length, bytes.length)
        assert.deepEqual(Buffer.from(await stored.read(3, 50_000)), bytes.subarray(3, 50_003))
        await assert.rejects(stored.read(99_999, 2))
        await stored.close()
      }
    })

    test('whose writer died as unconfirmed ones alone', async () => {
      const store = make()
      const [kept, left] = [newName(), newName()]
      for (const one of [kept, left]) await store.write(one, given(randomBytes(10)))
      await store.confirm(kept)
      await store.confirm(kept)
      assert.deepEqual(await idsOf(store), [left.id])
      await store.remove(left)
      assert.deepEqual(await idsOf(store), [])
      await assert.rejects(store.open(left))
      await store.confirm(left)
      await assert.rejects(store.open(left))
    })

    test('of which nothing is left where they did not come to their end', async () => {
      const store = make()
      const at = newName()
      await assert.rejects(store.write(at, cutShort()), /the client left/)
      await assert.rejects(store.open(at))
      assert.deepEqual(await idsOf(store), [])
    })

    test('that are open for as long as somebody reads, though they were removed', async () => {
      const store = make()
      const [one, other, bytes] = [newName(), newName(), randomBytes(1_000)]
      for (const at of [one, other]) {
        await store.write(at, given(bytes))
        await store.confirm(at)
      }
      const reading = await Promise.all([store.open(one), store.open(other)])
      await store.remove(one)
      await store.removeAll(compartment)
      for (const stored of reading) {
        assert.deepEqual(Buffer.from(await stored.read(0, 1_000)), bytes)
        await stored.close()
      }
      await assert.rejects(store.open(other))
      await store.removeAll(compartment)
      await store.remove(other)
    })
  })
}
