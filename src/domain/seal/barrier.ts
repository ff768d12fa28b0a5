import assert from 'node:assert/strict'
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { type CompartmentId, compartmentOf, type RecordId, recordId } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { generations } from '#domain/generations.ts'
import type { Barrier, RecordContext } from '#ports/barrier.ts'
import type { Random } from '#ports/random.ts'
import type { CompartmentKeyRow, Place } from '#ports/record-store.ts'
import { type BodyKey, materialContext, openBody, recordContext, sealBody, wrapContext, type WrapPurpose } from './record-cipher.ts'

/** A compartment's keys, in memory alone. A KeyObject travels to a worker by structured clone, without an export. */
export interface CompartmentKeys {
  /** The term that new bodies are sealed under. */
  readonly primary: number
  readonly terms: ReadonlyMap<number, KeyObject>
  readonly indexKey: KeyObject
  /** Made here and not yet read back from the store. */
  readonly provisional: boolean
}

/** What the composition may ask beyond the port. */
export interface OpenBarrier extends Barrier {
  /** For a worker that seals by itself (audit); throws for a compartment that is not known. */
  keysOf(compartment: CompartmentId): CompartmentKeys
  /** Sealed again: every key is dropped from memory. */
  close(): void
}

/** Entries of a generation, a path and an id each: 3 MB in all. */
const indexedMax = 5_000

interface BarrierParts {
  /** 32 bytes, AES-256's and HMAC's alike. */
  readonly rootKey: KeyObject
  readonly rootEpoch: number
  readonly random: Random
}

/** Encrypts everything at rest under keys that the root key wraps (security-and-reliability.md 2.2). Starts empty: `admit` what the store holds. */
export function createBarrier({ rootKey, rootEpoch, random }: BarrierParts): OpenBarrier {
  const compartments = new Map<CompartmentId, CompartmentKeys>()
  const root: Root = { rootKey, rootEpoch, random }
  const keysOf: KeysOf = id => {
    const keys = compartments.get(id)
    if (keys === undefined) throw new Error(`no keys of compartment ${id}`)
    return keys
  }
  const blind = blindIndex(id => keysOf(id).indexKey)
  const { recordKey, materialKey } = bodyKeys(keysOf)
  return {
    has: id => compartments.has(id),
    index: (id, path) => blind.of(id, path),
    sealRecord(context, body) {
      const term = keysOf(compartmentOf(context.id)).primary
      return { term, body: sealBody(recordKey(context, term), body, random) }
    },
    openRecord: (context, { term, body }) => openBody(recordKey(context, term), body),
    sealMaterial(place, material) {
      const term = keysOf(compartmentOf(place.id)).primary
      return { term, bytes: sealBody(materialKey(place, term), material, random) }
    },
    openMaterial: (place, { term, bytes }) => new SecretBytes(openBody(materialKey(place, term), bytes)),
    newCompartment(id) {
      // A refused commit is run again and makes its compartment anew; one that the store holds must keep its index key.
      assert(compartments.get(id)?.provisional !== false, `compartment ${id} exists`)
      const row = newKeyRow(root, id)
      blind.keysChanged()
      compartments.set(id, { ...withRow(root, undefined, row), provisional: true })
      return row
    },
    admit(rows) {
      blind.keysChanged()
      for (const row of rows) compartments.set(row.compartment, withRow(root, compartments.get(row.compartment), row))
    },
    forget(id) {
      blind.keysChanged()
      compartments.delete(id)
    },
    keysOf,
    close() {
      blind.keysChanged()
      compartments.clear()
    },
  }
}

type KeysOf = (compartment: CompartmentId) => CompartmentKeys

const bodyKeys = (keysOf: KeysOf) => ({
  recordKey: (context: RecordContext, term: number): BodyKey => ({
    key: keyOfTerm(keysOf(compartmentOf(context.id)), term),
    label: 'keystead/record',
    context: recordContext(context, term),
  }),
  materialKey: (place: Place, term: number): BodyKey => ({
    key: keyOfTerm(keysOf(compartmentOf(place.id)), term),
    label: 'keystead/material',
    context: materialContext(place, term),
  }),
})

/** The HMAC costs more than the rest of a look-up: paths that were indexed lately are known. Of keys that changed, none is. */
function blindIndex(keyOf: (compartment: CompartmentId) => KeyObject) {
  let known = generations<RecordId>(indexedMax)
  return {
    of(compartment: CompartmentId, path: string): RecordId {
      const before = known.get(compartment + path)
      if (before !== undefined) return before
      const made = recordId(compartment, createHmac('sha256', keyOf(compartment)).update(path).digest('hex'))
      known.set(compartment + path, made)
      return made
    },
    keysChanged(): void {
      known = generations(indexedMax)
    },
  }
}

type Root = BarrierParts

function keyOfTerm(keys: CompartmentKeys, term: number): KeyObject {
  const key = keys.terms.get(term)
  if (key === undefined) throw new Error(`no key of term ${term}`)
  return key
}

function newKeyRow({ rootKey, rootEpoch, random }: Root, compartment: CompartmentId): CompartmentKeyRow {
  const place = { compartment, term: 1, rootEpoch }
  const wrap = (purpose: WrapPurpose) => {
    using fresh = new SecretBytes(random.bytes(32))
    return sealBody({ key: rootKey, label: 'keystead/wrap', context: wrapContext(purpose, place) }, fresh.bytes, random)
  }
  return { ...place, state: 'primary', wrapped: wrap('compartmentKey'), indexKey: wrap('indexKey') }
}

/** The compartment's keys with one more row. A row that contradicts what is known, or names another root epoch, throws. */
function withRow(root: Root, known: CompartmentKeys | undefined, row: CompartmentKeyRow): CompartmentKeys {
  if (row.rootEpoch !== root.rootEpoch) throw new Error(`wrapped under root epoch ${row.rootEpoch}, not ${root.rootEpoch}`)
  const key = unwrapped(root.rootKey, 'compartmentKey', row)
  const indexKey = unwrapped(root.rootKey, 'indexKey', row)
  if (known === undefined || known.provisional)
    return { primary: row.term, terms: new Map([[row.term, key]]), indexKey, provisional: false }
  if (!known.indexKey.equals(indexKey)) throw new Error(`compartment ${row.compartment} has two index keys`)
  if (known.terms.get(row.term)?.equals(key) === false) throw new Error(`compartment ${row.compartment} has two keys of term ${row.term}`)
  const primary = row.state === 'primary' ? Math.max(row.term, known.primary) : known.primary
  return { primary, terms: new Map(known.terms).set(row.term, key), indexKey, provisional: false }
}

function unwrapped(rootKey: KeyObject, purpose: WrapPurpose, row: CompartmentKeyRow): KeyObject {
  const wrapped = purpose === 'indexKey' ? row.indexKey : row.wrapped
  using key = new SecretBytes(openBody({ key: rootKey, label: 'keystead/wrap', context: wrapContext(purpose, row) }, wrapped))
  return createSecretKey(key.bytes)
}
