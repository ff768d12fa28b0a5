import { outcomeOf, type Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { deleteObject } from '#domain/objects/delete-object.ts'
import type { Preconditions } from '#domain/objects/preconditions.ts'
import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import { Problem } from '#model/problem.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import { xmlAnswer } from '#protocols/awss3/answers.ts'
import { etagsIn } from '#protocols/awss3/conditions.ts'
import { announced } from '#protocols/awss3/checksums.ts'
import { bucketAsExpected } from '#protocols/awss3/expected-owner.ts'
import { isVersionId } from '#protocols/awss3/find-object.ts'
import { objectFound } from '#protocols/awss3/owned.ts'
import { refuseOtherDigests, refuseOtherHash } from '#protocols/awss3/payload.ts'
import { invalidRequest, malformed, notImplemented } from '#protocols/awss3/refusals.ts'
import { askedOf, s3Operation, type S3Input } from '#protocols/awss3/site.ts'
import { childOf, childrenOf, rawTextIn, readXml, textIn } from '#protocols/awss3/xml-read.ts'
import type { WireRequest } from '#protocols/http/request.ts'

const objectsMax = 1_000
const bodyBytesMax = 2 * 1024 * 1024

interface Wanted {
  readonly key: string
  readonly versionId: string | undefined
  readonly conditions: Preconditions
}

/** Held to a digest: without one it is refused (API Reference, "DeleteObjects"). */
const body = {
  maximumBytes: bodyBytesMax,
  read(request: WireRequest, bytes: Uint8Array): { readonly quiet: boolean; readonly wanted: readonly Wanted[] } {
    refuseOtherHash(request, bytes)
    refuseUnheld(request, bytes)
    const root = readXml(bytes)
    const wanted = childrenOf(root, 'Object').map(one => {
      const [key = '', versionId, etag] = [rawTextIn(one, 'Key'), textIn(one, 'VersionId'), textIn(one, 'ETag')]
      // Of directory buckets: held to nothing here, and so refused (API Reference, "ObjectIdentifier").
      if (childOf(one, 'LastModifiedTime') !== undefined || childOf(one, 'Size') !== undefined) throw notImplemented()
      return { key, versionId: versionId === '' ? undefined : versionId, conditions: { ifMatch: etagsIn(etag) } }
    })
    if (root.name !== 'Delete' || wanted.length === 0 || wanted.length > objectsMax || wanted.some(({ key }) => key === ''))
      throw malformed()
    return { quiet: textIn(root, 'Quiet') === 'true', wanted }
  },
} as const

function refuseUnheld(request: WireRequest, bytes: Uint8Array): void {
  const said = announced(request)
  if (said.checksum === undefined && said.md5 === undefined)
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*')
  refuseOtherDigests(request, bytes)
}

export const deleteObjectsOperation = s3Operation({
  name: 'DeleteObjects',
  method: 'POST',
  path: '/{bucket}?delete',
  asks: ['object.delete', 'object.deleteVersion'],
  trail: { readOnly: false, data: true },
  body,
  async handle(context, call, input) {
    const bucket = await bucketAsExpected(context, call, { name: input.params.bucket, request: input.request })
    const results: Result[] = []
    // One after the other: two of one object are two changes of it.
    for (const wanted of input.body.wanted) results.push(await deleteOne(context, call, { input, bucket, wanted }))
    return xmlAnswer('DeleteResult', {
      Deleted: input.body.quiet ? [] : results.flatMap(one => one.deleted ?? []),
      Error: results.flatMap(one => one.error ?? []),
    })
  },
})

const sentences = {
  AccessDenied: 'Access Denied',
  NoSuchVersion: 'The specified version does not exist.',
  PreconditionFailed: 'At least one of the pre-conditions you specified did not hold',
} as const

interface Result {
  readonly deleted?: Readonly<Record<string, XmlValue>>
  readonly error?: Readonly<Record<string, XmlValue>>
}

/** Each by its own right: what of them is refused is told beside what was done. */
async function deleteOne(
  context: Context,
  call: Call,
  { input, bucket, wanted }: { readonly input: S3Input<typeof body>; readonly bucket: HeldBucket; readonly wanted: Wanted },
): Promise<Result> {
  const { key, versionId, conditions } = wanted
  const found = objectFound(askedOf(call, input), bucket, { key })
  try {
    const permit = versionId === undefined ? input.permit('object.delete', found) : input.permit('object.deleteVersion', found)
    if (versionId !== undefined && !isVersionId(versionId)) return refusedAs('NoSuchVersion', wanted)
    const { marker, versionId: of } = await deleteObject(context, call, { permit, bucket, key, versionId, conditions })
    const markerOf = marker ? { DeleteMarker: true, DeleteMarkerVersionId: of } : {}
    return { deleted: { Key: key, VersionId: versionId, ...markerOf } }
  } catch (error) {
    const code = error instanceof Problem ? outcomeOf(error).code : undefined
    if (code !== 'AccessDenied' && code !== 'PreconditionFailed') throw error
    return refusedAs(code, wanted)
  }
}

const refusedAs = (code: keyof typeof sentences, { key, versionId }: Wanted): Result => ({
  error: { Key: key, VersionId: versionId, Code: code, Message: sentences[code] },
})
