import { empty } from '#protocols/http/answer.ts'
import { bucketFor, noBody, s3Operation } from '#protocols/awss3/site.ts'

export const headBucketOperation = s3Operation({
  name: 'HeadBucket',
  method: 'HEAD',
  path: '/{bucket}',
  asks: ['bucket.listObjects'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket } = await bucketFor(context, call, { input, permission: 'bucket.listObjects' })
    return empty(200, {
      'content-type': 'application/xml',
      'x-amz-bucket-region': bucket.value.region,
      'x-amz-access-point-alias': 'false',
    })
  },
})
