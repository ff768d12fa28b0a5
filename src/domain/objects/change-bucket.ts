import { isDeepStrictEqual } from 'node:util'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { dropCompartment } from './bytes-removed.ts'
import type { HeldBucket } from './find-bucket.ts'
import type { Bucket } from './records.ts'
import { bucketScope } from './scopes.ts'

type Writing = Extract<Permission, `bucket.write${string}` | 'bucket.deletePolicy'>

export interface ChangeBucket {
  readonly permit: Permit<Writing>
  readonly bucket: HeldBucket
  /** The bucket as it will be, or what it will be without. */
  readonly change: ((settings: Settings) => Settings) | 'policy' | 'ownership' | 'publicAccess' | 'lifecycle'
}

type Settings = Omit<Bucket, 'name' | 'accountId' | 'region' | 'compartment' | 'createdAt'>

/** Each setting of a bucket has its own permission: the wire asks for the one that it changes. */
export function changeBucket({ buckets }: Needs<'buckets'>, call: Call, { permit, bucket, change }: ChangeBucket): void {
  const { name, accountId, region, compartment, createdAt, ...settings } = bucket.value
  assertPermits(permit, bucketScope(name))
  const changed = typeof change === 'string' ? { ...settings } : change(settings)
  if (typeof change === 'string') delete changed[change]
  if (!isDeepStrictEqual(changed, settings)) buckets.update(call, bucket, { ...changed, name, accountId, region, compartment, createdAt })
}

/** Versions and markers count; uploads that were never completed go with it. Raises `BucketNotEmpty`. */
export async function deleteBucket(
  { buckets, objects }: Needs<'buckets' | 'objects'>,
  call: Call,
  { permit, bucket }: { readonly permit: Permit<'bucket.delete'>; readonly bucket: HeldBucket },
): Promise<void> {
  const { name, compartment } = bucket.value
  assertPermits(permit, bucketScope(name))
  const some = await objects.list(call, compartment, { collection: [], after: -1, limit: 1 })
  if (some.length > 0) throw new Problem({ code: 'BucketNotEmpty', details: { name } })
  buckets.remove(call, bucket)
  call.materials.push({ removeCompartment: compartment })
  dropCompartment(call, compartment)
}

/** Those of an account, by name. */
export const bucketsOf = (
  { buckets, instance }: Needs<'buckets' | 'instance'>,
  call: Call,
  { accountId }: { readonly permit: Permit<'bucket.list'>; readonly accountId: string },
): readonly HeldBucket[] =>
  buckets
    .all(call, instance.installation, ({ value }) => value.accountId === accountId)
    .toSorted((one, other) => (one.value.name < other.value.name ? -1 : 1))
