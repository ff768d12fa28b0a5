import { beginUpload } from '#domain/objects/uploads.ts'
import { refuseOtherAcl } from '#protocols/awss3/access-control.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { describedBy } from '#protocols/awss3/described.ts'
import { customerKey, encryptionHeaders, encryptionWished } from '#protocols/awss3/encryption-headers.ts'
import { abortHeaders } from '#protocols/awss3/object-answers.ts'
import { assertKey } from '#protocols/awss3/paths.ts'
import { noBody, objectFor, permitTags, s3Operation } from '#protocols/awss3/site.ts'
import { uploadChecksum } from '#protocols/awss3/upload-checksums.ts'

export const createMultipartUploadOperation = s3Operation({
  name: 'CreateMultipartUpload',
  method: 'POST',
  path: '/{bucket}/{key}?uploads',
  asks: ['object.write', 'object.writeTags'],
  trail: { readOnly: false, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { request, params } = input
    const { bucket, permit } = await objectFor(context, call, { input, permission: 'object.write' })
    const described = describedBy(request)
    permitTags(call, input, { bucket, tags: described.tags })
    refuseOtherAcl(request, bucket)
    assertKey(params.key)
    const checksum = uploadChecksum(request)
    const encryption = encryptionWished(request, bucket)
    const { value } = await beginUpload(context, call, {
      ...described,
      permit,
      bucket,
      key: params.key,
      encryption,
      checksum: checksum.kept,
    })
    return xmlAnswer(
      'InitiateMultipartUploadResult',
      { Bucket: params.bucket, Key: params.key, UploadId: value.id },
      { ...encryptionHeaders(value.encryption, customerKey(request)), ...checksum.headers, ...abortHeaders(bucket, value) },
    )
  },
})
