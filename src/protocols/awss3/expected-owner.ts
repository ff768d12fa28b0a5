import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { bucketNamed, type HeldBucket } from '#domain/objects/find-bucket.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { refused } from './refusals.ts'

/** Headers in which a caller says whose a bucket must be: the one that is named, and that of a copy's source. */
const headers = { named: 'x-amz-expected-bucket-owner', source: 'x-amz-source-expected-bucket-owner' } as const

/**
 * A bucket, as long as it is the account's that the caller takes it to be: whoever got hold of a name that was given up gets nothing written
 * into it (S3 User Guide, "Verifying bucket ownership with bucket owner condition"). Raises `BucketNotFound`, `StorageRefused`.
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
  if (expected !== undefined && bucket.value.accountId !== expected) throw refused('AccessDenied', 'Access Denied', 403)
  return bucket
}
