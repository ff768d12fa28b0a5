import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { HeldBucket } from './find-bucket.ts'
import { newObjectKeys, type EncryptionWish, type ObjectKeyNeeds } from './object-keys.ts'
import { refuseToWriteUnlessMet, type Preconditions } from './preconditions.ts'
import { receiveBytes, type Incoming, type ReceivingNeeds, type Stored } from './receive-bytes.ts'
import type { Checksum, ObjectVersion } from './records.ts'
import { objectScope } from './scopes.ts'
import { findVersion, newVersionId, placeVersion, type HeldObject, type VersionNeeds } from './versions.ts'

/** What an object says of itself besides its bytes. */
export type Described = Pick<ObjectVersion, 'headers' | 'metadata' | 'tags'>

export interface PutObject extends Described {
  readonly permit: Permit<'object.write'>
  readonly bucket: HeldBucket
  readonly key: string
  readonly encryption: EncryptionWish | undefined
  readonly conditions: Preconditions
  readonly incoming: Incoming
  /** Which of the digests is kept with it. */
  readonly checksum: Checksum['algorithm'] | undefined
}

export type PutNeeds = VersionNeeds & ObjectKeyNeeds & ReceivingNeeds & Needs<'ground'>

/**
 * Writes an object whole: its conditions, then its key, then its bytes, of which none is read before. Raises `PreconditionFailed`, `ObjectNotFound`, what
 * the key says, and what `incoming` says of its bytes.
 */
export async function putObject(context: PutNeeds, call: Call, request: PutObject): Promise<HeldObject> {
  const { permit, bucket, key, conditions, incoming, checksum } = request
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key }))
  refuseToWriteUnlessMet(key, (await findVersion(context, call, { bucket, key, versionId: undefined }))?.value, conditions)
  const under = await newObjectKeys(context, call, { bucket, key, wish: request.encryption })
  const stored = await receiveBytes(context, call, { bucket, under, incoming, of: key })
  const value = checksum && stored.digests.get(checksum)?.toBase64()
  const { headers, metadata, tags } = request
  const version: ObjectVersion = {
    key,
    versionId: newVersionId(context, bucket),
    at: call.at,
    marker: false,
    size: stored.size,
    etag: etagOf(context, stored),
    pieces: [{ id: stored.id, size: stored.size, ...(stored.short && { short: true }) }],
    inParts: false,
    encryption: under.encryption,
    headers,
    metadata,
    tags,
    ...(checksum !== undefined && value !== undefined && { checksum: { algorithm: checksum, type: 'whole', value } }),
  }
  return placeVersion(context, call, { bucket, version })
}

/** The MD5 only of what was digested so: of bytes under a key of the customer's it would say something of them (aws-kms.md 6.1). */
export const etagOf = ({ ground: { random } }: Needs<'ground'>, { digests }: Stored): string =>
  (digests.get('md5') ?? random.bytes(16)).toHex()
