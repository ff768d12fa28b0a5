import { deleteBucket } from '#domain/objects/change-bucket.ts'
import { empty } from '#protocols/http/answer.ts'
import { bucketFor, noBody, s3Operation } from '#protocols/awss3/site.ts'

export const deleteBucketOperation = s3Operation({
  name: 'DeleteBucket',
  method: 'DELETE',
  path: '/{bucket}',
  asks: ['bucket.delete'],
  trail: { readOnly: false },
  body: noBody,
  async handle(context, call, input) {
    await deleteBucket(context, call, await bucketFor(context, call, { input, permission: 'bucket.delete' }))
    return empty(204)
  },
})
