import assert from 'node:assert/strict'
import { createSecretKey } from 'node:crypto'
import { describe, test } from 'node:test'
import { compartmentId, recordId, sealed } from '#model/brands.ts'
import { systemRandom } from '#adapters/system/random.ts'
import { createBarrier } from './barrier.ts'
import { openBody, recordContext, sealBody, wrapContext } from './record-cipher.ts'

const random = systemRandom()
const rootKey = createSecretKey(random.bytes(32))
const vault = compartmentId('0f'.repeat(16))
const other = compartmentId('a1'.repeat(16))
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const body = Buffer.from('a body')

function open() {
  const barrier = createBarrier({ rootKey, rootEpoch: 1, random })
  return { barrier, row: barrier.newCompartment(vault), id: barrier.index(vault, 'keys/k1') }
}

describe('a record', () => {
  test('opens where it was sealed, after a restart too', () => {
    const { barrier, row, id } = open()
    const sealedRecord = barrier.sealRecord({ id, kind: 3, version: 1 }, body)
    assert.equal(sealedRecord.term, 1)
    const restarted = createBarrier({ rootKey, rootEpoch: 1, random })
    restarted.admit([row])
    assert.equal(text(restarted.openRecord({ id, kind: 3, version: 1 }, sealedRecord)), 'a body')
    assert.equal(restarted.index(vault, 'keys/k1'), id)
  })

  test('that was moved, copied to another compartment, made another kind or put back from an older version does not open', () => {
    const { barrier, id } = open()
    barrier.newCompartment(other)
    const context = { id, kind: 3, version: 2 }
    const record = barrier.sealRecord(context, body)
    const elsewhere = [
      { ...context, id: barrier.index(vault, 'keys/k2') },
      { ...context, id: recordId(other, id.slice(32)) },
      { ...context, kind: 4 },
      { ...context, version: 1 },
      { ...context, version: 3 },
    ]
    for (const wrong of elsewhere) assert.throws(() => barrier.openRecord(wrong, record), /does not open/)
    assert.throws(() => barrier.openRecord(context, { ...record, term: 2 }), /no key of term 2/)
    assert.equal(text(barrier.openRecord(context, record)), 'a body', 'control')
  })

  test('never opens as material, nor material as a record', () => {
    const { barrier, id } = open()
    const place = { id, version: '0'.repeat(32) }
    const material = barrier.sealMaterial(place, body)
    assert.throws(() => barrier.openRecord({ id, kind: 0, version: 0 }, { term: material.term, body: material.bytes }), /does not open/)
    using opened = barrier.openMaterial(place, material)
    assert.equal(text(opened.bytes), 'a body')
    assert.throws(() => barrier.openMaterial({ id, version: '1'.repeat(32) }, material), /does not open/)
    assert.throws(() => barrier.openMaterial({ id, version: 'ff' }, material), /32 hex digits/)
  })

  test('sealed twice is two different bodies', () => {
    const { barrier, id } = open()
    const context = { id, kind: 1, version: 1 }
    assert.notDeepEqual(barrier.sealRecord(context, body).body, barrier.sealRecord(context, body).body)
  })

  test('keeps its whole version: versions that differ by 2^32 are told apart', () => {
    const { barrier, id } = open()
    const record = barrier.sealRecord({ id, kind: 1, version: 1 }, body)
    assert.throws(() => barrier.openRecord({ id, kind: 1, version: 1 + 2 ** 32 }, record), /does not open/)
  })
})

describe('a compartment', () => {
  test('has blind indexes of its own', () => {
    const { barrier } = open()
    barrier.newCompartment(other)
    assert.notEqual(barrier.index(vault, 'keys/k1').slice(32), barrier.index(other, 'keys/k1').slice(32))
  })

  test('forgotten, opens nothing any more', () => {
    const { barrier, id } = open()
    const record = barrier.sealRecord({ id, kind: 1, version: 1 }, body)
    barrier.forget(vault)
    assert.equal(barrier.has(vault), false)
    assert.throws(() => barrier.openRecord({ id, kind: 1, version: 1 }, record), /no keys of compartment/)
  })

  test('may be made anew while its commit is refused, never once the store holds it', () => {
    const { barrier } = open()
    const row = barrier.newCompartment(vault)
    barrier.admit([row])
    assert.throws(() => barrier.newCompartment(vault), /exists/)
  })

  test('read back as another than was made here is the one that the store holds', () => {
    const { barrier, row } = open()
    const first = barrier.index(vault, 'x')
    barrier.newCompartment(vault)
    barrier.admit([row])
    assert.equal(barrier.index(vault, 'x'), first)
  })

  test('its row belongs to its place: moved to another compartment, term or root it does not unwrap', () => {
    const { row } = open()
    const fresh = () => createBarrier({ rootKey, rootEpoch: 1, random })
    assert.throws(() => fresh().admit([{ ...row, compartment: other }]), /does not open/)
    assert.throws(() => fresh().admit([{ ...row, term: 2 }]), /does not open/)
    assert.throws(() => fresh().admit([{ ...row, wrapped: row.indexKey, indexKey: row.wrapped }]), /does not open/)
    assert.throws(() => fresh().admit([{ ...row, rootEpoch: 2 }]), /root epoch/)
    const stranger = createBarrier({ rootKey: createSecretKey(random.bytes(32)), rootEpoch: 1, random })
    assert.throws(() => stranger.admit([row]), /does not open/)
  })

  test('of two terms seals under the newest primary and still opens the older', () => {
    const { barrier, row, id } = open()
    const context = { id, kind: 1, version: 1 }
    const old = barrier.sealRecord(context, body)
    const place = { compartment: vault, term: 2, rootEpoch: 1 }
    const under = (purpose: 'compartmentKey' | 'indexKey') =>
      ({ key: rootKey, label: 'keystead/wrap', context: wrapContext(purpose, place) }) as const
    const indexKey = openBody({ ...under('indexKey'), context: wrapContext('indexKey', row) }, row.indexKey)
    const second = { ...place, state: 'primary' as const, wrapped: sealBody(under('compartmentKey'), random.bytes(32), random) }
    barrier.admit([
      { ...row, state: 'retired' },
      { ...second, indexKey: sealBody(under('indexKey'), indexKey, random) },
    ])
    assert.equal(barrier.sealRecord(context, body).term, 2)
    assert.equal(text(barrier.openRecord(context, old)), 'a body')
    assert.equal(barrier.index(vault, 'keys/k1'), id, 'names do not move with a term')
    const strange = { ...second, indexKey: sealBody(under('indexKey'), random.bytes(32), random) }
    assert.throws(() => barrier.admit([strange]), /two index keys/)
  })

  test('its keys are a worker’s to seal with, as KeyObjects that print nothing', () => {
    const { barrier, id } = open()
    const keys = barrier.keysOf(vault)
    const key = keys.terms.get(keys.primary)
    assert(key)
    const context = recordContext({ id, kind: 9, version: 4 }, keys.primary)
    const mine = sealBody({ key, label: 'keystead/record', context }, body, random)
    assert.equal(text(barrier.openRecord({ id, kind: 9, version: 4 }, { term: keys.primary, body: sealed(mine) })), 'a body')
    barrier.close()
    assert.equal(barrier.has(vault), false)
  })
})
