import assert from 'node:assert/strict'
import { createPublicKey, sign, verify } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { defaultKeyFile, keyFileSeal, makeKeyFile } from '#adapters/seals/key-file.ts'
import { systemRandom } from '#adapters/system/random.ts'
import type { Bytes } from '#model/brands.ts'
import type { BootStore, CompartmentKeyRow, SealEnvelope } from '#ports/record-store.ts'
import type { Seal } from '#ports/seal.ts'
import { clusterIdOf, initialise, unseal } from './boot.ts'
import { metaNames } from './custody.ts'
import { addSeal, listSeals, removeSeal } from './seals.ts'

const random = systemRandom()
const scratch = mkdtempSync(join(tmpdir(), 'keystead-boot-'))
after(() => rmSync(scratch, { recursive: true, force: true }))

function bootStore() {
  const meta = new Map<string, Bytes>()
  const keys: CompartmentKeyRow[] = []
  let envelopes: readonly SealEnvelope[] = []
  const boot: BootStore = {
    meta: name => meta.get(name),
    metaNames: prefix => [...meta.keys()].filter(name => name.startsWith(prefix)),
    envelopes: () => envelopes,
    writeBoot(change) {
      for (const name of change.removeMeta ?? []) meta.delete(name)
      for (const [name, value] of Object.entries(change.meta ?? {})) meta.set(name, value)
      if (change.envelopes) envelopes = change.envelopes
      keys.push(...(change.compartmentKeys ?? []))
    },
  }
  return { boot, keys, meta }
}

function keyFile(name: string): Seal {
  const path = defaultKeyFile(scratch, `${name}-${random.uuid()}`)
  const options = { dataDir: join(scratch, 'data'), random }
  makeKeyFile(path, options)
  return keyFileSeal(path, options)
}

async function initialised(seals: readonly Seal[]) {
  const store = bootStore()
  const custody = await initialise({ boot: store.boot, random, seals: async () => seals })
  return { ...store, custody }
}

describe('initialise', () => {
  test('draws an installation that the same seal opens again, with the same compartment and the same audit key', async () => {
    const seal = keyFile('a')
    const { boot, keys, custody } = await initialised([seal])
    const id = custody.barrier.index(custody.installation, 'tenants')
    const record = custody.barrier.sealRecord({ id, kind: 1, version: 1 }, Buffer.from('a tenant'))
    const signature = sign(null, Buffer.from('checkpoint'), custody.auditKey)

    const again = await unseal({ boot, random, seals: [seal] })
    assert(again)
    again.custody.barrier.admit(keys)
    assert.equal(again.custody.clusterId, clusterIdOf(boot))
    assert.equal(again.custody.installation, custody.installation)
    assert.equal(Buffer.from(again.custody.barrier.openRecord({ id, kind: 1, version: 1 }, record)).toString(), 'a tenant')
    assert(verify(null, Buffer.from('checkpoint'), createPublicKey(again.custody.auditKey), signature))
    assert.equal(again.openedBy.kind, 'key-file')
  })

  test('names the key file after the cluster: seals are asked with its id', async () => {
    const { boot } = bootStore()
    const asked: string[] = []
    const seals = async (clusterId: string) => {
      asked.push(clusterId)
      return [keyFile('named')]
    }
    await initialise({ boot, random, seals })
    assert.deepEqual(asked, [clusterIdOf(boot)])
  })

  test('never happens twice, nor without a seal', async () => {
    const seal = keyFile('b')
    const { boot } = await initialised([seal])
    await assert.rejects(initialise({ boot, random, seals: async () => [seal] }), /initialised before/)
    const empty = bootStore()
    await assert.rejects(initialise({ boot: empty.boot, random, seals: async () => [] }), /without a seal/)
    assert.equal(clusterIdOf(empty.boot), undefined, 'nothing was written')
  })

  test('two installations share nothing: the envelope of one does not open in the other', async () => {
    const seal = keyFile('c')
    const [one, two] = [await initialised([seal]), await initialised([seal])]
    assert.notEqual(one.custody.installation, two.custody.installation)
    one.boot.writeBoot({ envelopes: two.boot.envelopes() })
    assert.equal(await unseal({ boot: one.boot, random, seals: [seal] }), undefined)
  })
})

describe('unseal', () => {
  test('a stranger’s seal opens nothing', async () => {
    const { boot } = await initialised([keyFile('d')])
    assert.equal(await unseal({ boot, random, seals: [keyFile('stranger')] }), undefined)
  })

  test('wraps an envelope of weaker parameters anew, under the same id, and leaves one that is as good as it is', async () => {
    const inner = keyFile('aged')
    const { boot } = await initialised([inner])
    const aged = (cost: number): Seal => ({ ...inner, params: { cost }, outdated: ({ params }) => Number(params['cost'] ?? 0) < cost })
    const [old] = boot.envelopes()
    assert(await unseal({ boot, random, seals: [aged(2)] }))
    const [renewed] = boot.envelopes()
    assert.deepEqual([renewed?.sealId, renewed?.params], [old?.sealId, { cost: 2 }])
    assert.notDeepEqual(renewed?.wrapped, old?.wrapped)
    assert(await unseal({ boot, random, seals: [aged(1)] }))
    assert.deepEqual(boot.envelopes(), [renewed])
  })

  test('an envelope with a flipped bit opens nothing', async () => {
    const seal = keyFile('e')
    const { boot } = await initialised([seal])
    for (const envelope of boot.envelopes()) {
      const last = envelope.wrapped.length - 1
      envelope.wrapped[last] = (envelope.wrapped[last] ?? 0) ^ 1
    }
    assert.equal(await unseal({ boot, random, seals: [seal] }), undefined)
  })

  test('a swapped audit key is noticed before anything is served', async () => {
    const seal = keyFile('f')
    const [one, two] = [await initialised([seal]), await initialised([seal])]
    const name = metaNames.clusterKey('audit-signing')
    one.boot.writeBoot({ meta: { [name]: two.meta.get(name) ?? new Uint8Array() } })
    await assert.rejects(unseal({ boot: one.boot, random, seals: [seal] }), /does not open/)
  })
})

describe('a cluster key', () => {
  test('is kept over restarts under its name, and is no other’s', async () => {
    const seal = keyFile('g')
    const { boot, custody, meta } = await initialised([seal])
    custody.keepClusterKey('issuer', Buffer.from('pkcs8 bytes'))
    assert(!Buffer.from(meta.get(metaNames.clusterKey('issuer')) ?? []).includes('pkcs8'), 'sealed at rest')
    const again = await unseal({ boot, random, seals: [seal] })
    using kept = again?.custody.clusterKey('issuer')
    assert.equal(Buffer.from(kept?.bytes ?? []).toString(), 'pkcs8 bytes')
    assert.equal(custody.clusterKey('cookie'), undefined)
    boot.writeBoot({ meta: { [metaNames.clusterKey('cookie')]: meta.get(metaNames.clusterKey('issuer')) ?? new Uint8Array() } })
    assert.throws(() => custody.clusterKey('cookie'), /does not open/)
  })
})

describe('seals', () => {
  test('several hold at once, each alone opens', async () => {
    const [first, second] = [keyFile('h'), keyFile('i')]
    const { boot, custody } = await initialised([first])
    assert.equal((await addSeal({ boot, proof: [first], added: () => second, random })).done, true)
    assert.deepEqual(
      listSeals(boot).map(({ kind }) => kind),
      ['key-file', 'key-file'],
    )
    for (const seal of [first, second]) {
      const opened = await unseal({ boot, random, seals: [seal] })
      assert.equal(opened?.custody.clusterId, custody.clusterId)
    }
  })

  test('to add one or take one away, show that you hold one', async () => {
    const [first, stranger] = [keyFile('j'), keyFile('k')]
    const { boot } = await initialised([first])
    const sealId = listSeals(boot)[0]?.sealId ?? ''
    assert.deepEqual(await addSeal({ boot, proof: [stranger], added: () => assert.fail('nothing is made without a proof'), random }), {
      done: false,
      refused: 'proof',
    })
    assert.deepEqual(await removeSeal({ boot, proof: [stranger], sealId }), { done: false, refused: 'proof' })
    assert.equal(boot.envelopes().length, 1)
  })

  test('nothing is written before what must be durable first, nor when that fails; nobody is told of a change that is refused', async () => {
    const [first, second] = [keyFile('n'), keyFile('o')]
    const { boot } = await initialised([first])
    const told: string[] = []
    const before = async ({ kind }: { readonly kind: string }) => void told.push(`${kind} ${boot.envelopes().length}`)
    const broken = async () => {
      throw new Error('no entry')
    }
    await assert.rejects(addSeal({ boot, proof: [first], added: () => second, random, before: broken }), /no entry/)
    assert.equal((await addSeal({ boot, proof: [first], added: () => second, random, before })).done, true)
    const sealId = listSeals(boot)[0]?.sealId ?? ''
    await assert.rejects(removeSeal({ boot, proof: [first], sealId, before: broken }), /no entry/)
    assert.equal((await removeSeal({ boot, proof: [first], sealId, before })).done, true)
    assert.deepEqual(told, ['key-file 1', 'key-file 2'])
    const last = listSeals(boot)[0]?.sealId ?? ''
    assert.deepEqual(await removeSeal({ boot, proof: [first, second], sealId: last, before: broken }), { done: false, refused: 'last' })
  })

  test('one that was taken away opens nothing; the last stays', async () => {
    const [first, second] = [keyFile('l'), keyFile('m')]
    const { boot } = await initialised([first, second])
    const [one, two] = listSeals(boot).map(({ sealId }) => sealId)
    assert.deepEqual(await removeSeal({ boot, proof: [first], sealId: 'none' }), { done: false, refused: 'unknown' })
    assert.equal((await removeSeal({ boot, proof: [first], sealId: one ?? '' })).done, true)
    assert.equal(await unseal({ boot, random, seals: [first] }), undefined)
    assert.deepEqual(await removeSeal({ boot, proof: [second], sealId: two ?? '' }), { done: false, refused: 'last' })
    assert.notEqual(await unseal({ boot, random, seals: [second] }), undefined)
  })
})
