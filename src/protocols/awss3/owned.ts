import type { Call } from '#domain/call.ts'
import type { Found, Owned, OwnedFacts } from '#domain/access/permit.ts'
import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import type { ObjectVersion } from '#domain/objects/records.ts'
import { letsInWhoeverComes } from '#domain/objects/public-policy.ts'
import { accountScope, bucketArn, bucketScope, objectArn, objectScope } from '#domain/objects/scopes.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { tagsInHeader } from './described.ts'
import { isSigned } from './signed.ts'

type Fact = string | readonly string[] | undefined

/** Headers and parameters that conditions may ask for by their own names (Service Authorization Reference, "Amazon S3"). */
const byHeader = [
  'x-amz-acl',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-object-ownership',
  'if-match',
  'if-none-match',
] as const
const byParameter = ['delimiter', 'max-keys', 'prefix', 'versionid'] as const

const facts: ReadonlyMap<string, (request: WireRequest) => Fact> = new Map<string, (request: WireRequest) => Fact>([
  ...byHeader.map(name => [`s3:${name}`, (request: WireRequest) => request.header(name)] as const),
  ...byParameter.map(name => [`s3:${name}`, (request: WireRequest) => request.query.get(name)] as const),
  ['s3:signatureversion', request => (isSigned(request) ? 'AWS4-HMAC-SHA256' : undefined)],
  [
    's3:authtype',
    request => (isSigned(request) ? (request.header('authorization') === undefined ? 'REST-QUERY-STRING' : 'REST-HEADER') : undefined),
  ],
  ['s3:tlsversion', request => request.tls?.()?.version.replace(/^TLSv/, '')],
])

const tagIn = (tags: ObjectVersion['tags'], name: string): string | undefined =>
  (tags.find(({ key }) => key === name) ?? tags.find(({ key }) => key.toLowerCase() === name.toLowerCase()))?.value

export interface Asked {
  readonly call: Call
  readonly site: AwsSite
  readonly request: WireRequest
  /** What the object gets for tags, where that is not what the header says. */
  readonly tags?: ObjectVersion['tags']
}

const tagsAsked = ({ request, tags }: Asked): ObjectVersion['tags'] => tags ?? tagsInHeader(request.header('x-amz-tagging'))

const [existing, requested] = ['s3:existingobjecttag/', 's3:requestobjecttag/']

function tagFact(asked: Asked, object: ObjectVersion | undefined, name: string): Fact {
  if (name === 's3:requestobjecttagkeys') return tagsAsked(asked).map(({ key }) => key)
  if (name.startsWith(existing)) return object && tagIn(object.tags, name.slice(existing.length))
  return name.startsWith(requested) ? tagIn(tagsAsked(asked), name.slice(requested.length)) : undefined
}

function factsFor(asked: Asked, bucket: HeldBucket | undefined, object?: ObjectVersion): OwnedFacts {
  const { site, request } = asked
  return name => {
    if (name === 'aws:requestedregion') return bucket?.value.region ?? site.region
    if (name === 's3:resourceaccount') return bucket?.value.accountId
    return facts.get(name)?.(request) ?? tagFact(asked, object, name)
  }
}

/** Where public buckets are restricted, a public policy counts for nobody outside the account (S3 User Guide, "Blocking public access"). */
function policyFor({ call: { who } }: Asked, { value }: HeldBucket): Pick<Owned, 'policy' | 'bound'> {
  const { policy, policyBound: bound } = value
  const shut = value.publicAccess?.restrict === true && who.acting?.accountId !== value.accountId
  if (policy === undefined || (shut && letsInWhoeverComes(policy))) return {}
  return bound === undefined ? { policy } : { policy, bound }
}

/** The bucket itself. */
export function bucketFound(asked: Asked, bucket: HeldBucket): Found {
  const { name, accountId } = bucket.value
  return {
    on: bucketScope(name),
    owned: {
      account: accountId,
      arn: bucketArn(name),
      kind: 'bucket',
      ...policyFor(asked, bucket),
      facts: factsFor(asked, bucket),
    },
  }
}

/** An object in it, there or not: the bucket's policy speaks of it. */
export function objectFound(
  asked: Asked,
  bucket: HeldBucket,
  at: { readonly key: string; readonly object?: ObjectVersion | undefined },
): Found {
  const { name, accountId } = bucket.value
  const place = { bucket: name, key: at.key }
  return {
    on: objectScope(place),
    owned: {
      account: accountId,
      arn: objectArn(place),
      kind: 'bucket',
      ...policyFor(asked, bucket),
      facts: factsFor(asked, bucket, at.object),
    },
  }
}

/** A bucket that is not there yet: only policies of the account's own principals speak of it. */
export function newBucketFound(asked: Asked, name: string): Found {
  const account = asked.call.who.acting?.accountId ?? ''
  return { on: bucketScope(name), owned: { account, arn: bucketArn(name), kind: 'account', facts: factsFor(asked, undefined) } }
}

/** The account's list of buckets. */
export function bucketsFound(asked: Asked): Found {
  const account = asked.call.who.acting?.accountId ?? ''
  return { on: accountScope(account), owned: { account, arn: '*', kind: 'account', facts: factsFor(asked, undefined) } }
}
