import { empty } from '#protocols/http/answer.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import { Problem } from '#model/problem.ts'
import { bucketAsExpected } from '#protocols/awss3/expected-owner.ts'
import { bucketFound } from '#protocols/awss3/owned.ts'
import { askedOf, noBody, s3Operation, type S3Input } from '#protocols/awss3/site.ts'

export const headBucketOperation = s3Operation({
  name: 'HeadBucket',
  method: 'HEAD',
  path: '/{bucket}',
  asks: ['bucket.listObjects'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const bucket = await bucketToHead(context, call, input)
    return empty(200, {
      'content-type': 'application/xml',
      'x-amz-bucket-region': bucket.value.region,
      'x-amz-access-point-alias': 'false',
    })
  },
})

/** Where a bucket is learns also who may do nothing with it: clients ask so before they sign for its Region. Raises `BucketNotFound`, `AccessDenied`. */
async function bucketToHead(context: Context, call: Call, input: S3Input<typeof noBody>): Promise<HeldBucket> {
  const bucket = await bucketAsExpected(context, call, { name: input.params.bucket, request: input.request })
  try {
    input.permit('bucket.listObjects', bucketFound(askedOf(call, input), bucket))
  } catch (error) {
    if (!(error instanceof Problem) || error.body.code !== 'AccessDenied') throw error
    throw new Problem({ code: 'AccessDenied', details: { ...error.body.details, region: bucket.value.region } })
  }
  return bucket
}
