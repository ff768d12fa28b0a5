import { compartmentId, type CompartmentId } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { SecretBytes } from '#model/secret-bytes.ts'
import type { Place } from '#ports/record-store.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { HeldBucket } from './find-bucket.ts'
import type { Bucket } from './records.ts'
import { bucketScope } from './scopes.ts'

export interface CreateBucket extends Pick<Bucket, 'name' | 'accountId' | 'region' | 'tags'> {
  readonly permit: Permit<'bucket.create'>
  readonly ownership: Bucket['ownership']
}

const secretBytes = 32
const closed = { blockAcls: true, ignoreAcls: true, blockPolicy: true, restrict: true }

/** Nobody is let in but by what its account's principals may, and nothing of it is public, until somebody says so. Raises `BucketExists`. */
export async function createBucket(
  context: Needs<'buckets' | 'objects' | 'instance' | 'ground'>,
  call: Call,
  { permit, ...wanted }: CreateBucket,
): Promise<HeldBucket> {
  const { buckets, instance, ground } = context
  assertPermits(permit, bucketScope(wanted.name))
  const already = await buckets.get(call, instance.installation, [wanted.name])
  if (already !== undefined) {
    const own = already.value.accountId === wanted.accountId
    throw new Problem({ code: 'BucketExists', details: { name: wanted.name, own } })
  }
  const key = await call.once(`compartment of ${wanted.name}`, async () =>
    ground.barrier.newCompartment(compartmentId(ground.random.bytes(16).toHex())),
  )
  call.materials.push({ compartmentKey: key })
  const place = bucketSecretPlace(context, key.compartment)
  const material = await call.once(`secret of ${wanted.name}`, async () => {
    using secret = new SecretBytes(ground.random.bytes(secretBytes))
    return ground.barrier.sealMaterial(place, secret.bytes)
  })
  call.materials.push({ place, material })
  return buckets.create(call, instance.installation, {
    path: [wanted.name],
    value: {
      ...wanted,
      compartment: key.compartment,
      createdAt: call.at,
      versioning: 'off',
      encryption: { method: 'service' },
      ownership: wanted.ownership ?? 'bucketOwner',
      publicAccess: closed,
    },
  })
}

/** Of what objects are encrypted under that name no other key: no object has the empty name. */
export const bucketSecretPlace = ({ objects }: Needs<'objects'>, compartment: CompartmentId): Place => ({
  id: objects.idOf(compartment, ['']),
  version: '0'.repeat(32),
})
