import type { Bytes } from '#model/brands.ts'
import type { Plaintext } from './object-bytes.ts'
import type { Call } from '#domain/call.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { HeldBucket } from './find-bucket.ts'
import type { ByteRange } from './object-bytes.ts'
import { keysOfObject } from './object-keys.ts'
import type { PutNeeds } from './put-object.ts'
import { inPieces, openVersion, type ReadingNeeds } from './read-object.ts'
import type { ObjectVersion } from './records.ts'
import { objectScope } from './scopes.ts'

/** From where bytes are copied: read with the reader's own right to the object and to its key. */
export interface CopySource {
  readonly permit: Permit<'object.read' | 'object.readVersion'>
  readonly bucket: HeldBucket
  readonly version: ObjectVersion
  readonly range: ByteRange
  /** The key that came with the request for the source. */
  readonly shown: Bytes | undefined
}

/** The source's key is opened at each try, its bytes are read once, when they are written anew. */
export async function copiedBytes(
  context: PutNeeds & ReadingNeeds,
  call: Call,
  { permit, bucket, version, range, shown }: CopySource,
): Promise<Plaintext> {
  const { key, encryption } = version
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key }))
  const keys = await keysOfObject(context, call, { bucket, key, encryption, shown })
  async function* copied(): AsyncGenerator<Bytes> {
    yield* inPieces(await openVersion(context, { bucket, version, keys, range }))
  }
  return { length: range.end - range.start, bytes: copied() }
}
