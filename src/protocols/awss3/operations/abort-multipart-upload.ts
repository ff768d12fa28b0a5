import { abortUpload, uploadNamed } from '#domain/objects/uploads.ts'
import { empty } from '#protocols/http/answer.ts'
import { noBody, objectFor, s3Operation } from '#protocols/awss3/site.ts'

export const abortMultipartUploadOperation = s3Operation({
  name: 'AbortMultipartUpload',
  method: 'DELETE',
  path: '/{bucket}/{key}?uploadId',
  asks: ['object.abortUpload'],
  trail: { readOnly: false, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { bucket, permit } = await objectFor(context, call, { input, permission: 'object.abortUpload' })
    const upload = await uploadNamed(context, call, { bucket, key: input.params.key, id: input.request.query.get('uploadid') ?? '' })
    await abortUpload(context, call, { permit, bucket, upload })
    return empty(204)
  },
})
