import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { compartmentId, sealed } from '#model/brands.ts'
import { objectStoreContract } from '#ports/object-store.contract.ts'
import { fileObjectStore } from './object-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'object-store-'))
after(() => rmSync(folder, { recursive: true }))
const stores: number[] = []
const newRoot = (): string => join(folder, stores.push(0).toString(), 'objects')

objectStoreContract('the store of files', () => fileObjectStore(newRoot()))

const compartment = compartmentId('ef'.repeat(16))
async function* ten() {
  yield sealed(new Uint8Array(10))
}

test("files and folders are their owner's alone, and their names are random ones", async () => {
  const root = newRoot()
  const store = fileObjectStore(root)
  await store.write({ compartment, id: 'aa'.repeat(16) }, ten())
  const file = `${compartment}.${'aa'.repeat(16)}`
  assert.deepEqual(readdirSync(join(root, 'intents')), [file])
  assert.equal(statSync(join(root, 'intents')).mode & 0o777, 0o700)
  assert.equal(statSync(join(root, 'intents', file)).mode & 0o777, 0o600)
  await store.confirm({ compartment, id: 'aa'.repeat(16) })
  assert.deepEqual([readdirSync(join(root, 'intents')), readdirSync(join(root, compartment))], [[], ['aa'.repeat(16)]])
  assert.equal(statSync(join(root, compartment)).mode & 0o777, 0o700)
})

test('bytes are never written over others, nor through a link', async () => {
  const root = newRoot()
  const store = fileObjectStore(root)
  const name = { compartment, id: 'aa'.repeat(16) }
  await store.write(name, ten())
  await assert.rejects(store.write(name, ten()), /EEXIST/)
  assert.equal((await store.unconfirmed()).length, 1)
  writeFileSync(join(folder, 'elsewhere'), 'mine')
  symlinkSync(join(folder, 'elsewhere'), join(root, 'intents', `${compartment}.${'bb'.repeat(16)}`))
  await assert.rejects(store.open({ compartment, id: 'bb'.repeat(16) }), /ELOOP/)
})

test('what is no intent is not told as one', async () => {
  const root = newRoot()
  const store = fileObjectStore(root)
  assert.deepEqual(await store.unconfirmed(), [])
  await store.write({ compartment, id: 'aa'.repeat(16) }, ten())
  await store.confirm({ compartment, id: 'aa'.repeat(16) })
  writeFileSync(join(root, 'intents', 'note'), '')
  writeFileSync(join(root, 'note'), '')
  assert.deepEqual(await store.unconfirmed(), [])
})
