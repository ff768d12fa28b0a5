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
import type { WireRequest } from '#protocols/http/request.ts'
import { httpDate } from '#protocols/http/http-date.ts'

type Shown = (version: ObjectVersion, paging: Paging) => XmlValue

const shown: Readonly<Record<string, Shown>> = {
  ETag: ({ etag }) => etag,
  Checksum: ({ checksum }) => checksum && { [memberOf(checksum.algorithm)]: checksum.value, ChecksumType: typeNames[checksum.type] },
  ObjectParts: (version, paging) => (version.inParts ? partsOf(version, paging) : undefined),
  StorageClass: () => 'STANDARD',
  ObjectSize: ({ size }) => size,
}

const partsMax = 1_000

interface Paging {
  readonly max: number
  readonly after: number
}

const pagingIn = (request: WireRequest): Paging => ({
  max: Math.min(partsMax, headerNumber(request, 'x-amz-max-parts', partsMax)),
  after: headerNumber(request, 'x-amz-part-number-marker', 0),
})

function headerNumber(request: WireRequest, name: string, otherwise: number): number {
  const text = request.header(name)
  if (text === undefined) return otherwise
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2_147_483_647)
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`)
  return Number(text)
}

/** One by one where each has a checksum of its own that makes the whole; else only how many (API Reference, "GetObjectAttributesParts"). */
function partsOf({ pieces, checksum }: ObjectVersion, { max, after }: Paging): XmlValue {
  if (checksum?.type !== 'composite') return { PartsCount: pieces.length }
  const page = pieces.slice(after, after + max)
  return {
    IsTruncated: max > 0 && after + page.length < pieces.length,
    MaxParts: max,
    NextPartNumberMarker: page.length === 0 ? 0 : after + page.length,
    PartNumberMarker: after,
    Part: page.map((piece, at) => ({ PartNumber: after + at + 1, Size: piece.size, [memberOf(checksum.algorithm)]: piece.checksum })),
    PartsCount: pieces.length,
  }
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
    const [{ value }, paging] = [found.version, pagingIn(request)]
    const { key, encryption } = value
    // A digest tells something of the bytes: of whom the key is not, it is not told.
    if (wanted.includes('Checksum') || wanted.includes('ObjectParts'))
      await keysOfObject(context, call, { bucket: found.bucket, key, encryption, shown: customerKey(request) })
    const members = Object.entries(shown).map(([name, of]) => [name, wanted.includes(name) ? of(value, paging) : undefined] as const)
    return xmlAnswer('GetObjectAttributesResponse', Object.fromEntries(members), {
      'last-modified': httpDate(value.at),
      ...versionHeader(found.bucket, value),
    })
  },
})
