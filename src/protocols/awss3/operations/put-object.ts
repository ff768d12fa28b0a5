import { putObject } from '#domain/objects/put-object.ts'
import { empty } from '#protocols/http/answer.ts'
import { refuseOtherAcl } from '#protocols/awss3/access-control.ts'
import { announced, refuseOtherBytes, wantedDigests } from '#protocols/awss3/checksums.ts'
import { writeConditions } from '#protocols/awss3/conditions.ts'
import { describedBy } from '#protocols/awss3/described.ts'
import { customerKey, encryptionHeaders, encryptionWished, showsMd5 } from '#protocols/awss3/encryption-headers.ts'
import { quoted } from '#protocols/awss3/headers.ts'
import { checksumHeaders, expirationHeader, versionHeader } from '#protocols/awss3/object-answers.ts'
import { payloadOf } from '#protocols/awss3/payload.ts'
import { assertKey } from '#protocols/awss3/paths.ts'
import { objectFor, permitTags, s3Operation, streamBody } from '#protocols/awss3/site.ts'

export const putObjectOperation = s3Operation({
  name: 'PutObject',
  method: 'PUT',
  path: '/{bucket}/{key}',
  asks: ['object.write', 'object.writeTags'],
  trail: { readOnly: false, data: true },
  body: streamBody,
  async handle(context, call, input) {
    const { request, params, body } = input
    const { bucket, permit } = await objectFor(context, call, { input, permission: 'object.write' })
    const described = describedBy(request)
    permitTags(call, input, { bucket, tags: described.tags })
    refuseOtherAcl(request, bucket)
    assertKey(params.key)
    const said = announced(request)
    const encryption = encryptionWished(request, bucket)
    const checksum = said.checksum ?? 'crc64nvme'
    const payload = await payloadOf(call, request, body)
    const made = await putObject(context, call, {
      ...described,
      permit,
      bucket,
      key: params.key,
      encryption,
      conditions: writeConditions(request),
      checksum,
      incoming: {
        bytes: payload.bytes,
        length: payload.length,
        digests: wantedDigests(said, { checksum, md5: showsMd5(encryption ?? bucket.value.encryption) }),
        check: ({ digests }) => refuseOtherBytes(said, digests, payload.trailers),
      },
    })
    return empty(200, {
      etag: quoted(made.value.etag),
      ...encryptionHeaders(made.value.encryption, customerKey(request)),
      ...versionHeader(bucket, made.value),
      ...expirationHeader(bucket, made.value),
      ...checksumHeaders(made.value),
    })
  },
})
