// What everything at rest is sealed with, exactly: security-and-reliability.md 2.3.
import type { KeyObject } from 'node:crypto'
import { freshBytes, openBox, sealBox } from '#crypto/derived-key-box.ts'
import { hmacHex } from '#crypto/digests.ts'
import type { KeyedMathematics } from '#ports/keyed-mathematics.ts'
import { type Bytes, type CompartmentId, type Sealed, sealed } from '#model/brands.ts'
import type { RecordContext } from '#ports/barrier.ts'
import type { Random } from '#ports/random.ts'
import type { Place } from '#ports/record-store.ts'

export type BodyLabel = 'keystead/record' | 'keystead/material' | 'keystead/wrap'

/** The key of a compartment (or the root key, for wraps), what it is used for here, and what the body is bound to. */
export interface BodyKey {
  readonly key: KeyObject
  readonly label: BodyLabel
  readonly context: Bytes
}

export interface BodyCipher {
  /** Seals a body under a key derived for it alone: format ‖ salt ‖ IV ‖ ciphertext ‖ tag. */
  readonly seal: (under: BodyKey, plaintext: Bytes, random: Random) => Sealed
  /** Opens what was sealed so; throws `Error` where key, label or context differ, or a bit was flipped. */
  readonly open: (under: BodyKey, body: Sealed) => Bytes
}

/** Whoever does the mathematics, the bytes are the same. */
export const bodyCipher = (by: Pick<KeyedMathematics, 'sealBox' | 'openBox'>): BodyCipher => ({
  seal: (under, plaintext, random) => sealed(by.sealBox(under, plaintext, random.bytes(freshBytes))),
  open(under, body) {
    const plaintext = by.openBox(under, body)
    if (plaintext === undefined) throw new Error(`does not open: ${under.label}`)
    return plaintext
  },
})

/** By node:crypto, wherever nothing else is given. */
export const plainMathematics: KeyedMathematics = { sealBox, openBox, hmacHex }
export const { seal: sealBody, open: openBody } = bodyCipher(plainMathematics)

const contextFormat = 1
const recordContextBytes = 1 + 1 + 16 + 32 + 8 + 4

/** format ‖ kind ‖ compartment ‖ id ‖ u64 version ‖ u32 term: 62 bytes. */
export function recordContext(record: RecordContext, term: number): Bytes {
  const context = Buffer.allocUnsafe(recordContextBytes)
  context.writeUInt8(contextFormat, 0)
  context.writeUInt8(record.kind, 1)
  // What is not whole hex would leave the rest as it lay in memory, and seal a record that never opens.
  if (context.write(record.id, 2, 'hex') !== 48) throw new Error('a record id is 96 hex digits')
  // Two halves: a BigInt costs more than the rest of this function.
  context.writeUInt32BE(Math.floor(record.version / 2 ** 32), 50)
  context.writeUInt32BE(record.version % 2 ** 32, 54)
  context.writeUInt32BE(term, 58)
  return context
}

/** As a record's, with kind and version zero, for material outlives the versions of its record, and its own 16-byte version: 78 bytes. */
export function materialContext(place: Place, term: number): Bytes {
  if (!/^[0-9a-f]{32}$/.test(place.version)) throw new Error('a version of material is 32 hex digits')
  const context = Buffer.alloc(recordContextBytes + 16)
  context.set(recordContext({ id: place.id, kind: 0, version: 0 }, term))
  context.write(place.version, recordContextBytes, 'hex')
  return context
}

/** What the root key wraps of a compartment: its key of a term, and its index key. */
export type WrapPurpose = keyof typeof wrapPurposes
const wrapPurposes = { compartmentKey: 1, indexKey: 2 } as const
const clusterKeyPurpose = 3

/** format ‖ purpose ‖ compartment ‖ u32 term ‖ u32 root epoch: 26 bytes. */
export function wrapContext(
  purpose: WrapPurpose,
  row: { readonly compartment: CompartmentId; readonly term: number; readonly rootEpoch: number },
): Bytes {
  const context = Buffer.alloc(26)
  context.writeUInt8(contextFormat, 0)
  context.writeUInt8(wrapPurposes[purpose], 1)
  context.write(row.compartment, 2, 'hex')
  context.writeUInt32BE(row.term, 18)
  context.writeUInt32BE(row.rootEpoch, 22)
  return context
}

/** format ‖ purpose ‖ u32 root epoch ‖ name: the name stands last, so nothing is ambiguous. */
export function clusterKeyContext(name: string, rootEpoch: number): Bytes {
  const text = Buffer.from(name, 'utf8')
  const context = Buffer.alloc(6 + text.length)
  context.writeUInt8(contextFormat, 0)
  context.writeUInt8(clusterKeyPurpose, 1)
  context.writeUInt32BE(rootEpoch, 2)
  context.set(text, 6)
  return context
}
