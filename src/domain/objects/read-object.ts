import { Buffer } from 'node:buffer'
import type { Bytes } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { LayerKeys } from './byte-seal.ts'
import type { HeldBucket } from './find-bucket.ts'
import { openBytes, type ByteRange } from './object-bytes.ts'
import { keysOfObject, type ObjectKeyNeeds } from './object-keys.ts'
import type { ObjectVersion } from './records.ts'
import { objectScope } from './scopes.ts'

export type ReadingNeeds = ObjectKeyNeeds & Needs<'objectStore'>

export interface ReadObject {
  readonly permit: Permit<'object.read' | 'object.readVersion'>
  readonly bucket: HeldBucket
  /** What `versionToRead` found. */
  readonly version: ObjectVersion
  readonly range: ByteRange
  /** The key that came with the request. */
  readonly shown: Bytes | undefined
}

/** Its bytes, read while they are sent. The key is asked for now: who has no right to it is refused, not cut off. Raises as `keysOfObject` does. */
export async function readObject(context: ReadingNeeds, call: Call, request: ReadObject): Promise<AsyncIterable<Bytes>> {
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

/** Proves the first run of bytes that is wanted before anything is promised. Copies the keys: they outlive the call, and end with the reading. */
export async function openVersion(context: Needs<'objectStore'>, { bucket, version, keys, range }: Opening): Promise<AsyncIterable<Bytes>> {
  const store = context.objectStore
  const { compartment } = bucket.value
  const wanted = piecesIn(version, range)
  const [first] = wanted
  if (first === undefined) return nothing()
  const proof = await openBytes(store, { name: { compartment, id: first.id }, keys }, first.size)
  await proof.close()
  const own = keys.map(key => Buffer.from(key))
  return (async function* pieces() {
    try {
      for (const { id, size, within } of wanted) {
        const open = await openBytes(store, { name: { compartment, id }, keys: own }, size)
        yield* open.read(within)
      }
    } finally {
      for (const key of own) key.fill(0)
    }
  })()
}

async function* nothing(): AsyncGenerator<Bytes> {}

interface WantedPiece {
  readonly id: string
  readonly size: number
  readonly within: ByteRange
}

/** The runs of bytes that a range touches, and what of each. */
function piecesIn({ pieces }: ObjectVersion, { start, end }: ByteRange): readonly WantedPiece[] {
  const wanted: WantedPiece[] = []
  let at = 0
  for (const { id, size } of pieces) {
    const within = { start: Math.max(0, start - at), end: Math.min(size, end - at) }
    if (within.start < within.end) wanted.push({ id, size, within })
    at += size
  }
  return wanted
}
