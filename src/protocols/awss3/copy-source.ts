import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { CopySource } from '#domain/objects/copy-object.ts'
import type { ByteRange } from '#domain/objects/object-bytes.ts'
import { judge } from '#domain/objects/preconditions.ts'
import type { HeldVersion } from '#domain/objects/versions.ts'
import type { Ask } from '#protocols/http/operation.ts'
import { readConditions } from './conditions.ts'
import { customerKey } from './encryption-headers.ts'
import { checkedVersionId, objectToRead } from './find-object.ts'
import type { Asked } from './owned.ts'
import { decoded } from './paths.ts'
import { invalidArgument } from './refusals.ts'

export interface FoundSource extends CopySource {
  readonly held: HeldVersion
  readonly versionNamed: boolean
}

/** `/bucket/key?versionId=…`, percent-encoded. Raises what `objectToRead` raises, `PreconditionFailed`, `StorageRefused`. */
export async function sourceOfCopy(
  context: Context,
  call: Call,
  { asked, permit }: { readonly asked: Asked; readonly permit: Ask },
): Promise<FoundSource> {
  const { request } = asked
  const named = namedSource(request.header('x-amz-copy-source') ?? '')
  const found = await objectToRead(context, call, {
    ...named,
    permissions: ['object.read', 'object.readVersion'],
    permit,
    asked,
    as: 'source',
  })
  const version = found.version.value
  if (judge(version, readConditions(request, 'x-amz-copy-source-')) !== 'met') throw new Problem({ code: 'PreconditionFailed' })
  const range = rangeOfSource(request.header('x-amz-copy-source-range'), version.size)
  return {
    permit: found.permit,
    bucket: found.bucket,
    version,
    range,
    shown: customerKey(request, true),
    held: found.version,
    versionNamed: named.versionId !== undefined,
  }
}

function namedSource(header: string): { readonly bucket: string; readonly key: string; readonly versionId: string | undefined } {
  const [path = '', query = ''] = header.split('?')
  const [, bucket, key] = /^\/?([^/]+?)(?:\/|%2F)(.+)$/is.exec(path) ?? []
  if (bucket === undefined || key === undefined)
    throw invalidArgument('Copy Source must mention the source bucket and key: sourcebucket/sourcekey')
  const versionId = /^versionId=(.+)$/.exec(query)?.[1]
  const named = versionId === undefined ? undefined : checkedVersionId(decoded(versionId))
  return { bucket: decoded(bucket), key: decoded(key), versionId: named }
}

const rangeForm =
  'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy'

function rangeOfSource(header: string | undefined, size: number): ByteRange {
  if (header === undefined) return { start: 0, end: size }
  const [, first, last] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header) ?? []
  if (first === undefined || last === undefined || Number(last) < Number(first)) throw invalidArgument(rangeForm)
  // A reader is given what there is of a range; a copy has all of it or nothing.
  if (Number(last) >= size) throw invalidArgument(`Range specified is not valid for source object of size: ${size}`)
  return { start: Number(first), end: Number(last) + 1 }
}
