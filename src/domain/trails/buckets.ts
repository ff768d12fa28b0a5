import { Problem } from '#model/problem.ts'
import type { Principal } from '#model/principal.ts'
import { rootArn } from '#domain/accounts/arn.ts'
import type { Found } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { bucketNamed, type HeldBucket } from '#domain/objects/find-bucket.ts'
import { putObject, type PutNeeds } from '#domain/objects/put-object.ts'
import { objectArn, objectScope, objectService } from '#domain/objects/scopes.ts'
import type { BucketFile, TrailBuckets } from './carry.ts'

type BucketNeeds = PutNeeds & Needs<'buckets' | 'instance' | 'access'>

/** The trail’s own account writes, by the service that carries: its bucket's policy may forbid it, another account's must allow it. */
const carrierOf = (accountId: string, service: string): Principal => ({
  id: accountId,
  kind: 'awsUser',
  tenant: accountId,
  acting: {
    accountId,
    kind: 'root',
    arn: rootArn(accountId),
    userId: accountId,
    accessKeyId: '',
    sessionPolicies: [],
    tags: {},
    via: service,
  },
})

function writtenTo({ value }: HeldBucket, key: string): Found {
  const { name, accountId, policy, region } = value
  const place = { bucket: name, key }
  return {
    on: objectScope(place),
    owned: {
      account: accountId,
      arn: objectArn(place),
      kind: 'bucket',
      ...(policy !== undefined && { policy }),
      facts: fact => (fact === 'aws:requestedregion' ? region : undefined),
    },
  }
}

/** `service`: the one that carries, as policies name what it comes with. */
export const trailBuckets = (context: BucketNeeds, service: string): TrailBuckets => ({
  async put(call, file, { accountId }) {
    const resource = objectArn({ bucket: file.bucket, key: file.object })
    const child = { who: carrierOf(accountId, service), operation: 'PutObject', plane: objectService, resource }
    await call.as(child, async own => write(context, own, file))
  },
})

async function write(context: BucketNeeds, call: Call, file: BucketFile): Promise<void> {
  const bucket = await bucketNamed(context, call, file.bucket)
  await putObject(context, call, {
    permit: context.access.permit(call, 'object.write', writtenTo(bucket, file.object)),
    bucket,
    key: file.object,
    encryption: file.keyArn === undefined ? undefined : { method: 'accountKey', layers: 1, keyId: file.keyArn, context: {} },
    conditions: {},
    headers: { 'content-type': file.contentType, 'content-encoding': 'gzip' },
    metadata: file.metadata,
    tags: [],
    checksum: 'sha256',
    incoming: { bytes: once(file.bytes), digests: ['md5', 'sha256'] },
  })
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Asked before a trail is made or changed, as its files will be written. Raises `TrailInvalid`. */
export async function assertBucketTakes(
  context: Needs<'buckets' | 'instance' | 'access'>,
  call: Call,
  { bucket: name, accountId, service }: { readonly bucket: string; readonly accountId: string; readonly service: string },
): Promise<void> {
  const held = await context.buckets.get(call, context.instance.installation, [name])
  if (held === undefined)
    throw new Problem({ code: 'TrailInvalid', details: { what: 'bucket', message: `S3 bucket ${name} does not exist!` } })
  const found = writtenTo(held, `AWSLogs/${accountId}/`)
  const ruling = context.access.judge({
    who: carrierOf(accountId, service),
    permission: 'object.write',
    on: found.on,
    facts: () => undefined,
    at: call.at,
    ...(found.owned !== undefined && { owned: found.owned }),
  })
  if (!ruling.allowed)
    throw new Problem({
      code: 'TrailInvalid',
      details: { what: 'bucketPolicy', message: `Incorrect S3 bucket policy is detected for bucket: ${name}` },
    })
}
