import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { deleteNewest } from './delete-object.ts'
import type { HeldBucket } from './find-bucket.ts'
import { dueAfter, endsMarker, expiryOf, foreseenAbort, isFor, namesAtOnce, rulesInForce, type LifecycleRule } from './lifecycle.ts'
import { firstFrom } from './names.ts'
import { bucketScope } from './scopes.ts'
import { endUpload, partsOf, uploadsOf, type HeldUpload, type UploadNeeds } from './uploads.ts'
import { earlierVersions, removeVersion, type HeldVersion, type VersionNeeds } from './versions.ts'

/** Of one commit. */
const uploadsAtOnce = 20

type Expiring = VersionNeeds & UploadNeeds & Needs<'ground' | 'objectNames'>

interface OfBucket {
  readonly permit: Permit<'bucket.expire'>
  readonly bucket: HeldBucket
}

/** Ends what a bucket's rules end of some of its objects: of those from this name on. Answers whether there was any. */
export async function expireObjects(
  context: Expiring,
  call: Call,
  { permit, bucket, from }: OfBucket & { readonly from: string },
): Promise<boolean> {
  assertPermits(permit, bucketScope(bucket.value.name))
  const rules = rulesInForce(bucket.value)
  const names = await context.objectNames.of(bucket.value.compartment)
  const first = firstFrom(names, from)
  let ended = false
  for (const key of names.slice(first, first + namesAtOnce)) ended = (await expireObject(context, call, { bucket, key, rules })) || ended
  return ended
}

interface OfObject {
  readonly bucket: HeldBucket
  readonly key: string
  readonly rules: readonly LifecycleRule[]
}

async function expireObject(context: Expiring, call: Call, { bucket, key, rules }: OfObject): Promise<boolean> {
  const newest = await context.objects.get(call, bucket.value.compartment, [key])
  if (newest === undefined) return false
  const earlier = await earlierVersions(context, call, { bucket, key })
  const outlived = earlier.filter((version, at) =>
    isOutlived(rules, { version, since: earlier[at + 1] ?? newest, newer: earlier.length - 1 - at, now: call.at }),
  )
  for (const { value } of outlived) await removeVersion(context, call, { bucket, key, versionId: value.versionId })
  const own = rules.filter(rule => isFor(rule, newest.value))
  if (newest.value.marker) {
    if (outlived.length < earlier.length || !own.some(rule => endsMarker(rule, newest.value, call.at))) return outlived.length > 0
    await removeVersion(context, call, { bucket, key, versionId: newest.value.versionId })
    return true
  }
  if (!own.some(rule => (expiryOf(rule, newest.value) ?? Number.POSITIVE_INFINITY) <= call.at)) return outlived.length > 0
  await deleteNewest(context, call, { bucket, key })
  return true
}

/** A version is no longer the newest since another followed it; as many as are kept are newer than it. */
function isOutlived(
  rules: readonly LifecycleRule[],
  {
    version,
    since,
    newer,
    now,
  }: { readonly version: HeldVersion; readonly since: HeldVersion; readonly newer: number; readonly now: number },
): boolean {
  return rules.some(
    ({ noncurrent, ...rule }) =>
      noncurrent !== undefined &&
      isFor(rule, version.value) &&
      newer >= (noncurrent.kept ?? 0) &&
      dueAfter(since.value.at, noncurrent.days) <= now,
  )
}

interface Aborted {
  readonly aborted: number
  readonly more: boolean
}

/** Aborts uploads that were begun too long ago. Answers how many, and whether others are left for another time. */
export async function expireUploads(context: UploadNeeds, call: Call, { permit, bucket }: OfBucket): Promise<Aborted> {
  assertPermits(permit, bucketScope(bucket.value.name))
  const due = (upload: HeldUpload): number => foreseenAbort(bucket.value, upload.value)?.at ?? Number.POSITIVE_INFINITY
  const outlived = (await uploadsOf(context, call, bucket)).filter(upload => due(upload) <= call.at)
  for (const upload of outlived.slice(0, uploadsAtOnce))
    endUpload(context, call, { upload, parts: await partsOf(context, call, upload), kept: new Set() })
  return { aborted: Math.min(outlived.length, uploadsAtOnce), more: outlived.length > uploadsAtOnce }
}
