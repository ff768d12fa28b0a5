import type { Call } from '#domain/call.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { HeldBucket } from './find-bucket.ts'
import type { ObjectVersion } from './records.ts'
import { objectScope } from './scopes.ts'
import { isNewest, type HeldVersion, type VersionNeeds } from './versions.ts'

export interface RetagObject {
  readonly permit: Permit<'object.writeTags' | 'object.writeVersionTags' | 'object.deleteTags' | 'object.deleteVersionTags'>
  readonly bucket: HeldBucket
  readonly version: HeldVersion
  readonly tags: ObjectVersion['tags']
}

/** All tags of one version; when it was written stays. */
export function retagObject({ objects, objectVersions }: VersionNeeds, call: Call, { permit, bucket, version, tags }: RetagObject): void {
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key: version.value.key }))
  const value = { ...version.value, tags }
  if (isNewest(version)) objects.update(call, version, value)
  else objectVersions.update(call, version, value)
}
