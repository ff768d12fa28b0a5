import { Problem } from '#model/problem.ts'
import type { Principal } from '#model/principal.ts'
import { findAccountKey, type FindingNeeds } from '#domain/account-keys/find-account-key.ts'
import { ownedKey } from '#domain/account-keys/permit-account-key.ts'
import { useFacts } from '#domain/account-keys/use-facts.ts'
import type { Found } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { bucketNamed, type HeldBucket } from '#domain/objects/find-bucket.ts'
import { putObject, type PutNeeds } from '#domain/objects/put-object.ts'
import { objectArn, objectScope, objectService } from '#domain/objects/scopes.ts'
import type { BucketFile, TrailBuckets } from './carry.ts'
import { trailArn } from './keep-trail.ts'
import type { Trail } from './records.ts'

type BucketNeeds = PutNeeds & Needs<'buckets' | 'instance' | 'access'>

/** A trail, as policies that let its files in may ask for it. */
interface CarriedFor {
  readonly accountId: string
  readonly arn: string
}

/** The service writes as itself: whoever may make a trail is not thereby let into a bucket, so its policy must let the service in for that trail. */
const carrierFor = ({ accountId, arn: sourceArn }: CarriedFor, service: string): Principal => ({
  id: service,
  kind: 'awsUser',
  tenant: accountId,
  acting: { accountId, kind: 'service', arn: service, userId: service, accessKeyId: '', sessionPolicies: [], tags: {}, sourceArn },
})

/** The owner of the bucket has the files, whoever's trail it is (CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail"). */
const givenAway = 'bucket-owner-full-control'

function writtenTo({ value }: HeldBucket, key: string): Found {
  const { name, accountId, policy, policyBound, region } = value
  const place = { bucket: name, key }
  return {
    on: objectScope(place),
    owned: {
      account: accountId,
      arn: objectArn(place),
      kind: 'bucket',
      ...(policy !== undefined && { policy }),
      ...(policyBound !== undefined && { bound: policyBound }),
      facts: fact => (fact === 'aws:requestedregion' ? region : fact === 's3:x-amz-acl' ? givenAway : undefined),
    },
  }
}

/** `service`: the one that carries, as policies name it. */
export const trailBuckets = (context: BucketNeeds, service: string): TrailBuckets => ({
  async put(call, file, trail) {
    const resource = objectArn({ bucket: file.bucket, key: file.object })
    const who = carrierFor({ accountId: trail.accountId, arn: trailArn(trail) }, service)
    const child = { who, operation: 'PutObject', plane: objectService, resource }
    await call.as(child, async own => write(context, own, { file, boundTo: boundTo(trail) }))
  },
})

/** The pair to which the data keys of a trail's files are bound besides. */
const boundTo = (trail: Parameters<typeof trailArn>[0]): Readonly<Record<string, string>> => ({ 'aws:cloudtrail:arn': trailArn(trail) })

async function write(
  context: BucketNeeds,
  call: Call,
  { file, boundTo: pairs }: { readonly file: BucketFile; readonly boundTo: Readonly<Record<string, string>> },
): Promise<void> {
  const bucket = await bucketNamed(context, call, file.bucket)
  await putObject(context, call, {
    permit: context.access.permit(call, 'object.write', writtenTo(bucket, file.object)),
    bucket,
    key: file.object,
    encryption: file.keyArn === undefined ? undefined : { method: 'accountKey', layers: 1, keyId: file.keyArn, context: pairs },
    conditions: {},
    headers: { 'content-type': file.contentType, 'content-encoding': 'gzip' },
    metadata: file.metadata,
    tags: [],
    checksum: 'sha256',
    incoming: { bytes: once(file.bytes), length: file.bytes.length, digests: ['md5', 'sha256'] },
  })
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const refusedTrail = (what: 'bucket' | 'bucketPolicy' | 'keyPolicy', message: string): Problem =>
  new Problem({ code: 'TrailInvalid', details: { what, message } })

interface Asked<P extends Permission> {
  readonly who: Principal
  readonly permission: P
  readonly found: Found
}

const lets = <P extends Permission>({ access }: Needs<'access'>, call: Call, { who, permission, found }: Asked<P>): boolean =>
  access.judge({
    who,
    permission,
    on: found.on,
    facts: () => undefined,
    at: call.at,
    ...(found.owned !== undefined && { owned: found.owned }),
  }).allowed

/** Asked before a trail is made or changed, as its files will be written. Raises `TrailInvalid`, and what looking for its key raises. */
export async function assertFilesTaken(
  context: Needs<'buckets' | 'access' | 'keyGrants'> & FindingNeeds,
  call: Call,
  { trail, service }: { readonly trail: Trail; readonly service: string },
): Promise<void> {
  const { bucket: name, accountId, prefix } = trail
  const held = await context.buckets.get(call, context.instance.installation, [name])
  if (held === undefined) throw refusedTrail('bucket', `S3 bucket ${name} does not exist!`)
  const who = carrierFor({ accountId, arn: trailArn(trail) }, service)
  const found = writtenTo(held, `${prefix === undefined ? '' : `${prefix}/`}AWSLogs/${accountId}/`)
  if (!lets(context, call, { who, permission: 'object.write', found }))
    throw refusedTrail('bucketPolicy', `Incorrect S3 bucket policy is detected for bucket: ${name}`)
  if (trail.keyArn !== undefined) await assertKeyTakes(context, call, { trail, keyArn: trail.keyArn, who })
}

async function assertKeyTakes(
  context: Needs<'access' | 'keyGrants'> & FindingNeeds,
  call: Call,
  { trail, keyArn: id, who }: { readonly trail: Trail; readonly keyArn: string; readonly who: Principal },
): Promise<void> {
  const named = await findAccountKey(context, call, { id, region: trail.region, accepts: 'key', permission: 'accountKey.generateDataKey' })
  const pairs = boundTo(trail)
  const facts = useFacts({ 'kms:encryptionalgorithm': 'SYMMETRIC_DEFAULT' }, new Map(Object.entries(pairs)))
  const found = await ownedKey(context, call, { ...named, facts, encryptionContext: pairs })
  if (!lets(context, call, { who, permission: 'accountKey.generateDataKey', found }))
    throw refusedTrail('keyPolicy', `Insufficient permissions to access S3 bucket ${trail.bucket} or KMS key ${id}.`)
}
