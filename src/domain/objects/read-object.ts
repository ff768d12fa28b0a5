import { Buffer } from 'node:buffer'
import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { LayerKeys } from './byte-seal.ts'
import type { HeldBucket } from './find-bucket.ts'
import { readBytes, type ByteRange } from './object-bytes.ts'
import { keysOfObject, type ObjectKeyNeeds } from './object-keys.ts'
import type { ObjectVersion, Piece } from './records.ts'
import { objectScope } from './scopes.ts'
import { isShort, openShort, type ShortNeeds } from './short-bytes.ts'

export type ReadingNeeds = ObjectKeyNeeds & ShortNeeds & Needs<'objectStore' | 'store'>

export interface ReadObject {
  readonly permit: Permit<'object.read' | 'object.readVersion'>
  readonly bucket: HeldBucket
  /** What `versionToRead` found. */
  readonly version: ObjectVersion
  readonly range: ByteRange
  /** The key that came with the request. */
  readonly shown: Bytes | undefined
}

/**
 * Its bytes: those of a short object, or of a short range, at once, else as they are read while they are sent. The key is asked for now: who has no
 * right to it is refused, not cut off. Raises as `keysOfObject` does.
 */
export async function readObject(context: ReadingNeeds, call: Call, request: ReadObject): Promise<Bytes | AsyncIterable<Bytes>> {
  const { permit, bucket, version, range, shown } = request
  const { key, encryption } = version
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key }))
  const keys = await keysOfObject(context, call, { bucket, key, encryption, shown })
  return openVersion(context, { bucket, version, keys, range })
}

interface Opening {
  readonly bucket: HeldBucket
  readonly version: ObjectVersion
  readonly keys: LayerKeys
  readonly range: ByteRange
}

/** Proves the first run of bytes that is wanted before anything is promised. Copies the keys of others: they outlive the call, and end with the reading. */
export async function openVersion(context: ReadingNeeds, { bucket, version, keys, range }: Opening): Promise<Bytes | AsyncIterable<Bytes>> {
  const { compartment } = bucket.value
  const [first, ...others] = piecesIn(version, range)
  if (first === undefined) return new Uint8Array(0)
  const { start, end } = first.within
  if (isShort(first.piece))
    return (await openShort(context, { compartment, key: version.key, id: first.piece.id }, keys)).subarray(start, end)
  const reading = { store: context.objectStore, mathematics: context.byteMathematics }
  const read = async ({ piece: { id, size }, within }: WantedPiece, under: LayerKeys) =>
    readBytes(reading, { name: { compartment, id }, keys: under }, { length: size, range: within })
  const begun = await read(first, keys)
  if (others.length === 0) return begun
  const own = keys.map(key => Buffer.from(key))
  return (async function* pieces() {
    try {
      yield* inPieces(begun)
      for (const other of others) yield* inPieces(await read(other, own))
    } finally {
      for (const key of own) key.fill(0)
    }
  })()
}

/** Whatever they are, one after the other. */
export async function* inPieces(bytes: Bytes | AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
  if (bytes instanceof Uint8Array) yield bytes
  else yield* bytes
}

interface WantedPiece {
  readonly piece: Piece
  readonly within: ByteRange
}

/** The runs of bytes that a range touches, and what of each. */
function piecesIn({ pieces }: ObjectVersion, { start, end }: ByteRange): readonly WantedPiece[] {
  const wanted: WantedPiece[] = []
  let at = 0
  for (const piece of pieces) {
    const within = { start: Math.max(0, start - at), end: Math.min(piece.size, end - at) }
    if (within.start < within.end) wanted.push({ piece, within })
    at += piece.size
  }
  return wanted
}
