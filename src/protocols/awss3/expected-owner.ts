import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { bucketNamed, type HeldBucket } from '#domain/objects/find-bucket.ts'
import { Problem } from '#model/problem.ts'
import { credentialScope } from '#protocols/aws/credential-scope.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { refused } from './refusals.ts'

/** Headers in which a caller says whose a bucket must be: the one that is named, and that of a copy's source. */
const headers = { named: 'x-amz-expected-bucket-owner', source: 'x-amz-source-expected-bucket-owner' } as const

/**
 * A bucket, as long as it is the account's that the caller takes it to be: whoever got hold of a name that was given up gets nothing written
 * into it (S3 User Guide, "Verifying bucket ownership with bucket owner condition"). Raises `BucketNotFound`, `BucketElsewhere`, `StorageRefused`.
 */
export async function bucketAsExpected(
  context: Context,
  call: Call,
  { name, request, as = 'named' }: { readonly name: string; readonly request: WireRequest; readonly as?: keyof typeof headers },
): Promise<HeldBucket> {
  const expected = request.header(headers[as])
  if (expected !== undefined && !/^\d{12}$/.test(expected))
    throw refused('InvalidBucketOwnerAWSAccountID', 'The value of the expected bucket owner parameter must be an AWS account ID')
  const bucket = await bucketNamed(context, call, name)
  if (as === 'named') refuseElsewhere(bucket, request)
  if (expected !== undefined && bucket.value.accountId !== expected) throw refused('AccessDenied', 'Access Denied', 403)
  return bucket
}

/**
 * A request belongs to the Region that its signature names; a bucket is asked for in its own. Clients follow the error to it, by the header
 * that comes with it. Where a bucket stands is everybody's to ask. Raises `BucketElsewhere`.
 */
function refuseElsewhere({ value: { name, region } }: HeldBucket, request: WireRequest): void {
  const signedFor = credentialScope(request)?.region
  if (signedFor === undefined || signedFor === region || request.query.has('location')) return
  const here = new RegExp(`(?:^|\\.)s3\\.${region}\\.`).test(request.hostname)
  throw new Problem({ code: 'BucketElsewhere', details: { name, region, signedFor, here } })
}
