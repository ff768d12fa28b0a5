import { partsOf, uploadNamed } from '#domain/objects/uploads.ts'
import { xmlAnswer, xmlTime } from '#protocols/awss3/answers.ts'
import { memberOf, typeNames } from '#protocols/awss3/checksums.ts'
import { quoted } from '#protocols/awss3/headers.ts'
import { numberIn } from '#protocols/awss3/lists.ts'
import { abortHeaders } from '#protocols/awss3/object-answers.ts'
import { ownerIdOf } from '#protocols/awss3/owners.ts'
import { noBody, objectFor, s3Operation } from '#protocols/awss3/site.ts'

const pageMax = 1_000

export const listPartsOperation = s3Operation({
  name: 'ListParts',
  method: 'GET',
  path: '/{bucket}/{key}?uploadId',
  asks: ['object.listParts'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { params } = input
    const { query } = input.request
    const { bucket } = await objectFor(context, call, { input, permission: 'object.listParts' })
    const upload = await uploadNamed(context, call, { bucket, key: params.key, id: query.get('uploadid') ?? '' })
    const [max, after] = [Math.min(pageMax, numberIn(query, 'max-parts', pageMax)), numberIn(query, 'part-number-marker', 0)]
    const rest = (await partsOf(context, call, upload)).filter(({ value }) => value.number > after)
    const page = rest.slice(0, max)
    const { checksum, initiator } = upload.value
    const parts = {
      Bucket: params.bucket,
      Key: params.key,
      UploadId: upload.value.id,
      Initiator: { ID: initiator },
      Owner: { ID: ownerIdOf(bucket.value.accountId) },
      StorageClass: 'STANDARD',
      PartNumberMarker: after,
      NextPartNumberMarker: page.at(-1)?.value.number ?? 0,
      MaxParts: max,
      // Whoever wants none is told of none: there is nothing to go on after.
      IsTruncated: max > 0 && rest.length > page.length,
      ChecksumAlgorithm: checksum.algorithm.toUpperCase(),
      ChecksumType: typeNames[checksum.type],
      Part: page.map(({ value }) => ({
        PartNumber: value.number,
        LastModified: xmlTime(value.at),
        ETag: quoted(value.etag),
        Size: value.size,
        [memberOf(checksum.algorithm)]: value.checksum,
      })),
    }
    return xmlAnswer('ListPartsResult', parts, abortHeaders(bucket, upload.value))
  },
})
