import { completedBefore, completeUpload, type NamedPart } from '#domain/objects/complete-upload.ts'
import { uploadNamed } from '#domain/objects/uploads.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { checksumNames, memberOf, type ChecksumName } from '#protocols/awss3/checksums.ts'
import { writeConditions } from '#protocols/awss3/conditions.ts'
import { customerKey, encryptionHeaders } from '#protocols/awss3/encryption-headers.ts'
import { quoted } from '#protocols/awss3/headers.ts'
import { checksumMembers, expirationHeader, versionHeader } from '#protocols/awss3/object-answers.ts'
import { malformed } from '#protocols/awss3/refusals.ts'
import { objectFor, s3Operation, xmlBody } from '#protocols/awss3/site.ts'
import { saidOfUpload } from '#protocols/awss3/upload-checksums.ts'
import { childrenOf, textIn, type Element } from '#protocols/awss3/xml-read.ts'

export const completeMultipartUploadOperation = s3Operation({
  name: 'CompleteMultipartUpload',
  method: 'POST',
  path: '/{bucket}/{key}?uploadId',
  asks: ['object.write'],
  trail: { readOnly: false, data: true },
  body: xmlBody('CompleteMultipartUpload', 'md5'),
  async handle(context, call, input) {
    const { request, params } = input
    const { bucket, permit } = await objectFor(context, call, { input, permission: 'object.write' })
    const named = { bucket, key: params.key, id: request.query.get('uploadid') ?? '' }
    const parts = partsIn(input.body)
    const conditions = writeConditions(request)
    const complete = async () => {
      const upload = await uploadNamed(context, call, named)
      const said = saidOfUpload(request, upload.value.checksum)
      return completeUpload(context, call, { permit, bucket, upload, parts, conditions, said })
    }
    // A client that heard nothing asks again, and is told what it has: so does the service.
    const { value } = (await completedBefore(context, call, { ...named, parts })) ?? (await complete())
    return xmlAnswer(
      'CompleteMultipartUploadResult',
      {
        Location: `https://${request.host}/${params.bucket}/${encodeURIComponent(params.key)}`,
        Bucket: params.bucket,
        Key: params.key,
        ETag: quoted(value.etag),
        ...checksumMembers(value),
      },
      { ...encryptionHeaders(value.encryption, customerKey(request)), ...versionHeader(bucket, value), ...expirationHeader(bucket, value) },
    )
  },
})

/** Raises `StorageRefused`. */
function partsIn(body: Element | undefined): readonly NamedPart[] {
  const parts = childrenOf(body, 'Part')
  if (parts.length === 0 || parts.length > 10_000) throw malformed()
  return parts.map(part => {
    const [number, etag] = [textIn(part, 'PartNumber'), textIn(part, 'ETag')]
    if (number === undefined || etag === undefined || !/^\d{1,5}$/.test(number)) throw malformed()
    const checksums = new Map(Object.values(checksumNames).flatMap(name => pairOf(name, textIn(part, memberOf(name)))))
    return { number: Number(number), etag: etag.replace(/^"(.*)"$/, '$1'), checksums }
  })
}

const pairOf = (name: ChecksumName, value: string | undefined): readonly (readonly [string, string])[] =>
  value === undefined ? [] : [[name, value]]
