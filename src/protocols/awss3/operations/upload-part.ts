import { copiedBytes } from '#domain/objects/copy-object.ts'
import { putPart, uploadNamed } from '#domain/objects/uploads.ts'
import { empty } from '#protocols/http/answer.ts'
import { xmlAnswer, xmlTime } from '#protocols/awss3/answers.ts'
import { announced, checksumHeader, memberOf, refuseOtherBytes, wantedDigests } from '#protocols/awss3/checksums.ts'
import { sourceOfCopy } from '#protocols/awss3/copy-source.ts'
import { customerKey, encryptionHeaders, showsMd5 } from '#protocols/awss3/encryption-headers.ts'
import { quoted } from '#protocols/awss3/headers.ts'
import { payloadOf } from '#protocols/awss3/payload.ts'
import { invalidArgument, invalidRequest } from '#protocols/awss3/refusals.ts'
import { askedOf, noBody, objectFor, s3Operation, streamBody } from '#protocols/awss3/site.ts'

function partNumber(query: ReadonlyMap<string, string>): number {
  const text = query.get('partnumber') ?? ''
  const number = Number(text)
  if (!/^\d{1,5}$/.test(text) || number < 1 || number > 10_000)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive')
  return number
}

export const uploadPartOperation = s3Operation({
  name: 'UploadPart',
  method: 'PUT',
  path: '/{bucket}/{key}?partNumber&uploadId',
  asks: ['object.write'],
  trail: { readOnly: false, data: true },
  body: streamBody,
  async handle(context, call, input) {
    const { request, params, body } = input
    const { bucket, permit } = await objectFor(context, call, { input, permission: 'object.write' })
    const number = partNumber(request.query)
    const upload = await uploadNamed(context, call, { bucket, key: params.key, id: request.query.get('uploadid') ?? '' })
    const { encryption, checksum } = upload.value
    const said = announced(request)
    if (said.checksum !== undefined && checksum.asked && said.checksum !== checksum.algorithm)
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${checksum.algorithm}, actual checksum Type: ${said.checksum}`,
      )
    const payload = await payloadOf(call, request, body)
    const shown = customerKey(request)
    const digests = [checksum.algorithm, ...wantedDigests(said, { checksum: said.checksum, md5: showsMd5(encryption) })]
    const check = ({ digests: come }: { readonly digests: Parameters<typeof refuseOtherBytes>[1] }): void =>
      refuseOtherBytes(said, come, payload.trailers)
    const { value } = await putPart(context, call, {
      permit,
      bucket,
      upload,
      number,
      shown,
      incoming: { bytes: payload.bytes, length: payload.length, digests, check },
    })
    return empty(200, {
      etag: quoted(value.etag),
      ...encryptionHeaders(encryption, shown),
      ...(value.checksum !== undefined && { [checksumHeader(checksum.algorithm)]: value.checksum }),
    })
  },
})

export const uploadPartCopyOperation = s3Operation({
  name: 'UploadPartCopy',
  method: 'PUT',
  path: '/{bucket}/{key}?partNumber&uploadId',
  asks: ['object.write', 'object.read', 'object.readVersion', 'bucket.listObjects'],
  trail: { readOnly: false, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { request, params, permit: ask } = input
    const source = await sourceOfCopy(context, call, { asked: askedOf(call, input), permit: ask })
    const { bucket, permit } = await objectFor(context, call, { input, permission: 'object.write' })
    const number = partNumber(request.query)
    const upload = await uploadNamed(context, call, { bucket, key: params.key, id: request.query.get('uploadid') ?? '' })
    const { encryption, checksum } = upload.value
    const shown = customerKey(request)
    const digests = wantedDigests(announced(request), { checksum: checksum.algorithm, md5: showsMd5(encryption) })
    const plaintext = await copiedBytes(context, call, source)
    const { value } = await putPart(context, call, { permit, bucket, upload, number, shown, incoming: { ...plaintext, digests } })
    const sum = value.checksum !== undefined ? { [memberOf(checksum.algorithm)]: value.checksum } : {}
    return xmlAnswer(
      'CopyPartResult',
      { LastModified: xmlTime(value.at), ETag: quoted(value.etag), ...sum },
      encryptionHeaders(encryption, shown),
    )
  },
})
