import { copiedBytes } from '#domain/objects/copy-object.ts'
import { putObject, type Described } from '#domain/objects/put-object.ts'
import type { ObjectVersion } from '#domain/objects/records.ts'
import type { Call } from '#domain/call.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { refuseOtherAcl } from '#protocols/awss3/access-control.ts'
import { xmlAnswer, xmlTime } from '#protocols/awss3/answers.ts'
import { algorithmNamed } from '#protocols/awss3/checksums.ts'
import { writeConditions } from '#protocols/awss3/conditions.ts'
import { sourceOfCopy, type FoundSource } from '#protocols/awss3/copy-source.ts'
import { describedBy, tagsInHeader } from '#protocols/awss3/described.ts'
import { customerKey, encryptionHeaders, encryptionWished, showsMd5 } from '#protocols/awss3/encryption-headers.ts'
import { quoted } from '#protocols/awss3/headers.ts'
import { checksumMembers, versionHeader } from '#protocols/awss3/object-answers.ts'
import { objectFound } from '#protocols/awss3/owned.ts'
import { assertKey, type Place } from '#protocols/awss3/paths.ts'
import { invalidArgument, invalidRequest } from '#protocols/awss3/refusals.ts'
import { askedOf, noBody, objectFor, permitTags, s3Operation, type S3Input } from '#protocols/awss3/site.ts'

/** Longer ones are copied in parts. */
const copiedBytesMax = 5 * 1024 * 1024 * 1024

export const copyObjectOperation = s3Operation({
  name: 'CopyObject',
  method: 'PUT',
  path: '/{bucket}/{key}',
  asks: [
    'object.write',
    'object.writeTags',
    'object.read',
    'object.readVersion',
    'object.readTags',
    'object.readVersionTags',
    'bucket.listObjects',
  ],
  trail: { readOnly: false, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { request, params, permit: ask } = input
    const source = await sourceOfCopy(context, call, { asked: askedOf(call, input), permit: ask })
    const tags = tagsFor(call, input, source)
    const { bucket, permit } = await objectFor(context, call, { input, permission: 'object.write', tags })
    permitTags(call, input, { bucket, tags })
    refuseOtherAcl(request, bucket)
    assertKey(params.key)
    const encryption = encryptionWished(request, bucket)
    const described = describedAs(request, source.version)
    refuseSelf({ source, place: params, changed: described !== source.version || encryption !== undefined })
    const checksum = algorithmNamed(request.header('x-amz-checksum-algorithm')) ?? source.version.checksum?.algorithm ?? 'crc64nvme'
    const md5 = showsMd5(encryption ?? bucket.value.encryption)
    const made = await putObject(context, call, {
      ...pick(described),
      tags,
      permit,
      bucket,
      key: params.key,
      encryption,
      conditions: writeConditions(request),
      checksum,
      incoming: { ...(await copiedBytes(context, call, source)), digests: md5 ? [checksum, 'md5'] : [checksum] },
    })
    const { value } = made
    return xmlAnswer(
      'CopyObjectResult',
      { LastModified: xmlTime(value.at), ETag: quoted(value.etag), ...checksumMembers(value) },
      {
        ...encryptionHeaders(value.encryption, customerKey(request)),
        ...versionHeader(bucket, value),
        ...(source.bucket.value.versioning !== 'off' && { 'x-amz-copy-source-version-id': source.version.versionId }),
      },
    )
  },
})

/** Other parts of a version are not the copy's. */
const pick = ({ headers, metadata }: Described): Pick<Described, 'headers' | 'metadata'> => ({ headers, metadata })

function refuseSelf({ source, place, changed }: { readonly source: FoundSource; readonly place: Place; readonly changed: boolean }): void {
  if (source.version.size > copiedBytesMax)
    throw invalidRequest('The specified copy source is larger than the maximum allowable size for a copy source: 5368709120')
  const itself = source.bucket.value.name === place.bucket && source.version.key === place.key && !source.versionNamed
  if (itself && !changed)
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    )
}

/** The source's own where nothing replaces it. */
const describedAs = (request: WireRequest, source: ObjectVersion): Described =>
  directiveIn(request, 'x-amz-metadata-directive') === 'REPLACE' ? describedBy(request) : source

/** Tags of the source go along only with who may read them. Raises `AccessDenied`. */
function tagsFor(call: Call, input: S3Input<typeof noBody>, { bucket, version, versionNamed }: FoundSource): ObjectVersion['tags'] {
  const { request, permit } = input
  if (directiveIn(request, 'x-amz-tagging-directive') === 'REPLACE') return tagsInHeader(request.header('x-amz-tagging'))
  if (version.tags.length > 0) {
    const found = objectFound(askedOf(call, input), bucket, { key: version.key, object: version })
    if (versionNamed) permit('object.readVersionTags', found)
    else permit('object.readTags', found)
  }
  return version.tags
}

function directiveIn(request: WireRequest, name: string): 'COPY' | 'REPLACE' {
  const text = request.header(name) ?? 'COPY'
  if (text !== 'COPY' && text !== 'REPLACE') throw invalidArgument(`Unknown ${name}.`)
  return text
}
