import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { refuseUnlessMet, type Preconditions } from './preconditions.ts'
import type { HeldBucket } from './find-bucket.ts'
import type { ObjectVersion } from './records.ts'
import { objectScope } from './scopes.ts'
import { findVersion, newVersionId, placeVersion, removeVersion, type VersionNeeds } from './versions.ts'

export interface DeleteObject {
  readonly permit: Permit<'object.delete' | 'object.deleteVersion'>
  readonly bucket: HeldBucket
  readonly key: string
  /** One version for good; absent: the object, as its bucket keeps what is deleted. */
  readonly versionId: string | undefined
  readonly conditions?: Preconditions
}

/** A marker was made, or taken away, or neither. */
export interface Deletion {
  readonly marker: boolean
  /** Of the version that was taken away, or of the marker that was made. */
  readonly versionId: string | undefined
}

/** Bears being asked twice: what is not there is gone. Raises `PreconditionFailed`. */
export async function deleteObject(context: VersionNeeds & Needs<'ground'>, call: Call, request: DeleteObject): Promise<Deletion> {
  const { permit, bucket, key, versionId, conditions } = request
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key }))
  if (conditions !== undefined) refuseUnlessMet((await findVersion(context, call, request))?.value, conditions)
  if (versionId !== undefined) {
    const removed = await removeVersion(context, call, { bucket, key, versionId })
    return { marker: removed?.marker === true, versionId }
  }
  return deleteNewest(context, call, { bucket, key })
}

/** As its bucket keeps what is deleted: for good, or behind a marker. */
export async function deleteNewest(
  context: VersionNeeds & Needs<'ground'>,
  call: Call,
  { bucket, key }: Pick<DeleteObject, 'bucket' | 'key'>,
): Promise<Deletion> {
  if (bucket.value.versioning === 'off') {
    const newest = await context.objects.get(call, bucket.value.compartment, [key])
    if (newest !== undefined) await removeVersion(context, call, { bucket, key, versionId: newest.value.versionId })
    return { marker: false, versionId: undefined }
  }
  const marker = markerOf(call, key, newVersionId(context, bucket))
  await placeVersion(context, call, { bucket, version: marker })
  return { marker: true, versionId: marker.versionId }
}

const markerOf = (call: Call, key: string, versionId: string): ObjectVersion => ({
  key,
  versionId,
  at: call.at,
  marker: true,
  size: 0,
  etag: '',
  pieces: [],
  inParts: false,
  encryption: { method: 'service' },
  headers: {},
  metadata: {},
  tags: [],
})
