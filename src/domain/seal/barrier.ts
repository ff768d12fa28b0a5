import assert from 'node:assert/strict'
import { createSecretKey, type KeyObject } from 'node:crypto'
import { type CompartmentId, compartmentOf, type RecordId, recordId } from '#model/brands.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import { generations } from '#domain/generations.ts'
import type { Barrier, RecordContext } from '#ports/barrier.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import type { Random } from '#ports/random.ts'
import type { CompartmentKeyRow, Place } from '#ports/record-store.ts'
import {
  bodyCipher,
  type BodyKey,
  materialContext,
  openBody,
  plainMathematics,
  recordContext,
  sealBody,
  wrapContext,
  type BodyCipher,
  type WrapPurpose,
} from './record-cipher.ts'

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
  /** The newest epoch: what is wrapped from now on is wrapped under its root key. */
  rootEpoch(): number
  /** A newer root key, for what is wrapped from now on; rows under older ones open still. */
  turnRoot(root: RootKey): void
  /** No row is under it any more. */
  leaveRoot(epoch: number): void
  /** The same keys under the newest root key. */
  rewrapped(row: CompartmentKeyRow): CompartmentKeyRow
  /** From now on records and material by this mathematics: the same bytes, sooner. */
  workBy(mathematics: KeyedMathematics): void
  /** Sealed again: every key is dropped from memory. */
  close(): void
}

/** 32 bytes, AES-256's and HMAC's alike, and which generation of them. */
export interface RootKey {
  readonly rootKey: KeyObject
  readonly rootEpoch: number
}

/** Entries of a generation, a path and an id each: 3 MB in all. */
const indexedMax = 5_000

interface BarrierParts extends RootKey {
  readonly random: Random
  /** The one before, while a rotation is under way (security-and-reliability.md 2.4). */
  readonly former?: RootKey | undefined
}

/** Encrypts everything at rest under keys that the root key wraps (security-and-reliability.md 2.2). Starts empty: `admit` what the store holds. */
export function createBarrier({ random, former, ...newest }: BarrierParts): OpenBarrier {
  const compartments = new Map<CompartmentId, CompartmentKeys>()
  const root = createRoot({ newest, former, random })
  const keysOf: KeysOf = id => {
    const keys = compartments.get(id)
    if (keys === undefined) throw new Error(`no keys of compartment ${id}`)
    return keys
  }
  const work = working()
  const blind = blindIndex(work, id => keysOf(id).indexKey)
  return {
    has: id => compartments.has(id),
    index: (id, path) => blind.of(id, path),
    ...bodies(work, keysOf, random),
    workBy: mathematics => work.workBy(mathematics),
    newCompartment(id) {
      // A refused commit is run again and makes its compartment anew; one that the store holds must keep its index key.
      assert(compartments.get(id)?.provisional !== false, `compartment ${id} exists`)
      const row = newKeyRow(root, { compartment: id, term: 1 })
      blind.keysChanged()
      compartments.set(id, { ...withRow(root, undefined, row), provisional: true })
      return row
    },
    ...termsIn({ root, compartments, keysOf }),
    ...turning(root),
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

type Work = BodyCipher & Pick<KeyedMathematics, 'hmacHex'> & Pick<OpenBarrier, 'workBy'>

/** By node:crypto until somebody does it sooner. */
function working(): Work {
  let by = { ...bodyCipher(plainMathematics), hmacHex: plainMathematics.hmacHex }
  return {
    seal: (under, plaintext, random) => by.seal(under, plaintext, random),
    open: (under, body) => by.open(under, body),
    hmacHex: (key, message) => by.hmacHex(key, message),
    workBy(mathematics) {
      by = { ...bodyCipher(mathematics), hmacHex: mathematics.hmacHex }
    },
  }
}

/** What is sealed of each compartment, under its newest term. */
function bodies(
  by: BodyCipher,
  keysOf: KeysOf,
  random: Random,
): Pick<Barrier, 'sealRecord' | 'openRecord' | 'sealMaterial' | 'openMaterial'> {
  const { recordKey, materialKey } = bodyKeys(keysOf)
  return {
    sealRecord(context, body) {
      const term = keysOf(compartmentOf(context.id)).primary
      return { term, body: by.seal(recordKey(context, term), body, random) }
    },
    openRecord: (context, { term, body }) => by.open(recordKey(context, term), body),
    sealMaterial(place, material) {
      const term = keysOf(compartmentOf(place.id)).primary
      return { term, bytes: by.seal(materialKey(place, term), material, random) }
    },
    openMaterial: (place, { term, bytes }) => new SecretBytes(by.open(materialKey(place, term), bytes)),
  }
}

const turning = (root: Root): Pick<OpenBarrier, 'rootEpoch' | 'turnRoot' | 'leaveRoot' | 'rewrapped'> => ({
  rootEpoch: () => root.newest().rootEpoch,
  turnRoot: next => root.turn(next),
  leaveRoot: epoch => root.leave(epoch),
  rewrapped: row => rewrapped(root, row),
})

/** The generations of a compartment's key. */
const termsIn = ({
  root,
  compartments,
  keysOf,
}: {
  readonly root: Root
  readonly compartments: Map<CompartmentId, CompartmentKeys>
  readonly keysOf: KeysOf
}): Pick<Barrier, 'nextTerm' | 'termsOf' | 'forgetTerm'> => ({
  nextTerm(compartment) {
    const { terms, indexKey } = keysOf(compartment)
    return newKeyRow(root, { compartment, term: Math.max(...terms.keys()) + 1 }, indexKey)
  },
  termsOf: compartment => [...keysOf(compartment).terms.keys()],
  forgetTerm(compartment, term) {
    const keys = keysOf(compartment)
    assert(term !== keys.primary, 'the term that is written with stays')
    const terms = new Map(keys.terms)
    terms.delete(term)
    compartments.set(compartment, { ...keys, terms })
  },
})

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
function blindIndex({ hmacHex }: Pick<Work, 'hmacHex'>, keyOf: (compartment: CompartmentId) => KeyObject) {
  let known = generations<RecordId>(indexedMax)
  return {
    of(compartment: CompartmentId, path: string): RecordId {
      const before = known.get(compartment + path)
      if (before !== undefined) return before
      const made = recordId(compartment, hmacHex(keyOf(compartment), path))
      known.set(compartment + path, made)
      return made
    },
    keysChanged(): void {
      known = generations(indexedMax)
    },
  }
}

/** The root keys that rows may be under: one, or two while a rotation is under way. */
interface Root {
  readonly random: Random
  newest(): RootKey
  /** Throws for an epoch that is not known. */
  of(epoch: number): KeyObject
  turn(next: RootKey): void
  leave(epoch: number): void
}

function createRoot(given: { readonly newest: RootKey; readonly former: RootKey | undefined; readonly random: Random }): Root {
  const keys = new Map([given.former, given.newest].flatMap(one => (one === undefined ? [] : [[one.rootEpoch, one.rootKey] as const])))
  let { newest } = given
  return {
    random: given.random,
    newest: () => newest,
    of(epoch) {
      const key = keys.get(epoch)
      if (key === undefined) throw new Error(`wrapped under root epoch ${epoch}, not ${newest.rootEpoch}`)
      return key
    },
    turn(next) {
      assert(next.rootEpoch > newest.rootEpoch, 'a root key follows its elder')
      keys.set(next.rootEpoch, next.rootKey)
      newest = next
    },
    leave(epoch) {
      assert(epoch !== newest.rootEpoch, 'the root key that wraps stays')
      keys.delete(epoch)
    },
  }
}

function keyOfTerm(keys: CompartmentKeys, term: number): KeyObject {
  const key = keys.terms.get(term)
  if (key === undefined) throw new Error(`no key of term ${term}`)
  return key
}

interface TermPlace {
  readonly compartment: CompartmentId
  readonly term: number
}

/** `indexKey`: the compartment's, where it has one already: names are found under every term alike. */
function newKeyRow(root: Root, place: TermPlace, indexKey?: KeyObject): CompartmentKeyRow {
  const fresh = (): KeyObject => {
    using bytes = new SecretBytes(root.random.bytes(32))
    return createSecretKey(bytes.bytes)
  }
  return keyRow(root, { ...place, state: 'primary', key: fresh(), indexKey: indexKey ?? fresh() })
}

function keyRow(
  root: Root,
  { key, indexKey, ...place }: TermPlace & Pick<CompartmentKeyRow, 'state'> & { readonly key: KeyObject; readonly indexKey: KeyObject },
): CompartmentKeyRow {
  const { rootKey, rootEpoch } = root.newest()
  const wrap = (purpose: WrapPurpose, wrapped: KeyObject) => {
    using bytes = new SecretBytes(wrapped.export())
    const context = wrapContext(purpose, { ...place, rootEpoch })
    return sealBody({ key: rootKey, label: 'keystead/wrap', context }, bytes.bytes, root.random)
  }
  return { ...place, rootEpoch, wrapped: wrap('compartmentKey', key), indexKey: wrap('indexKey', indexKey) }
}

function rewrapped(root: Root, row: CompartmentKeyRow): CompartmentKeyRow {
  const { compartment, term, state } = row
  const rootKey = root.of(row.rootEpoch)
  const [key, indexKey] = [unwrapped(rootKey, 'compartmentKey', row), unwrapped(rootKey, 'indexKey', row)]
  return keyRow(root, { compartment, term, state, key, indexKey })
}

/** The compartment's keys with one more row. A row that contradicts what is known, or names another root epoch, throws. */
function withRow(root: Root, known: CompartmentKeys | undefined, row: CompartmentKeyRow): CompartmentKeys {
  const rootKey = root.of(row.rootEpoch)
  const key = unwrapped(rootKey, 'compartmentKey', row)
  const indexKey = unwrapped(rootKey, 'indexKey', row)
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
