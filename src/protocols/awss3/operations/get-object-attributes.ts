import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { memberOf, typeNames } from '#protocols/awss3/checksums.ts'
import { customerKey } from '#protocols/awss3/encryption-headers.ts'
import { objectToRead, versionAsked } from '#protocols/awss3/find-object.ts'
import { versionHeader } from '#protocols/awss3/object-answers.ts'
import { invalidArgument } from '#protocols/awss3/refusals.ts'
import { askedOf, noBody, s3Operation } from '#protocols/awss3/site.ts'
import { keysOfObject } from '#domain/objects/object-keys.ts'
import type { ObjectVersion } from '#domain/objects/records.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import { httpDate } from '#protocols/http/http-date.ts'

const shown: Readonly<Record<string, (version: ObjectVersion) => XmlValue>> = {
  ETag: ({ etag }) => etag,
  Checksum: ({ checksum }) => checksum && { [memberOf(checksum.algorithm)]: checksum.value, ChecksumType: typeNames[checksum.type] },
  ObjectParts: ({ inParts, pieces }) => (inParts ? { PartsCount: pieces.length } : undefined),
  StorageClass: () => 'STANDARD',
  ObjectSize: ({ size }) => size,
}

export const getObjectAttributesOperation = s3Operation({
  name: 'GetObjectAttributes',
  method: 'GET',
  path: '/{bucket}/{key}?attributes',
  asks: ['object.readAttributes', 'object.readVersionAttributes', 'bucket.listObjects'],
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { params, permit, request } = input
    const found = await objectToRead(context, call, {
      ...params,
      versionId: versionAsked(request.query),
      permissions: ['object.readAttributes', 'object.readVersionAttributes'],
      permit,
      asked: askedOf(call, input),
    })
    const wanted = (request.header('x-amz-object-attributes') ?? '').split(',').map(one => one.trim())
    if (wanted.some(name => !Object.hasOwn(shown, name))) throw invalidArgument('Invalid attribute name specified.')
    const { value } = found.version
    const { key, encryption } = value
    // A digest tells something of the bytes: of whom the key is not, it is not told.
    if (wanted.includes('Checksum'))
      await keysOfObject(context, call, { bucket: found.bucket, key, encryption, shown: customerKey(request) })
    const members = Object.entries(shown).map(([name, of]) => [name, wanted.includes(name) ? of(value) : undefined] as const)
    return xmlAnswer('GetObjectAttributesResponse', Object.fromEntries(members), {
      'last-modified': httpDate(value.at),
      ...versionHeader(found.bucket, value),
    })
  },
})
