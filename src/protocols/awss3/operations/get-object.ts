import { keysOfObject, refuseOtherKey } from '#domain/objects/object-keys.ts'
import { readObject } from '#domain/objects/read-object.ts'
import { empty } from '#protocols/http/answer.ts'
import { customerKey } from '#protocols/awss3/encryption-headers.ts'
import { objectToRead, versionAsked } from '#protocols/awss3/find-object.ts'
import { isUnchanged, objectHeaders, unchangedHeaders, wanted } from '#protocols/awss3/object-answers.ts'
import { invalidArgument } from '#protocols/awss3/refusals.ts'
import { askedOf, noBody, s3Operation } from '#protocols/awss3/site.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** What is read is encrypted as it is: a reader who says how is refused (API Reference, "GetObject"). */
function refuseEncryption(request: WireRequest): void {
  if (request.header('x-amz-server-side-encryption') !== undefined)
    throw invalidArgument('x-amz-server-side-encryption header is not supported for this operation.')
}

const asks = ['object.read', 'object.readVersion', 'bucket.listObjects'] as const
const permissions = ['object.read', 'object.readVersion'] as const

export const getObjectOperation = s3Operation({
  name: 'GetObject',
  method: 'GET',
  path: '/{bucket}/{key}',
  asks,
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { params, permit, request } = input
    const at = { ...params, versionId: versionAsked(request.query), permissions, permit, asked: askedOf(call, input) }
    const found = await objectToRead(context, call, at)
    refuseEncryption(request)
    const { bucket } = found
    const version = found.version.value
    const shown = customerKey(request)
    refuseOtherKey(version.encryption, shown)
    const parts = wanted(request, version)
    const headers = objectHeaders({ bucket, version, wanted: parts, request, customerKey: shown })
    if (isUnchanged(request, version)) return empty(304, unchangedHeaders(bucket, version))
    const { range, partial } = parts
    const bytes = await readObject(context, call, { permit: found.permit, bucket, version, range, shown })
    const body = bytes instanceof Uint8Array ? bytes : { length: range.end - range.start, pieces: bytes }
    return { status: partial ? 206 : 200, headers, body }
  },
})

/** Says all of an object but its bytes: nothing is decrypted, so the key is not asked, unless what a digest says of the bytes is to be told. */
export const headObjectOperation = s3Operation({
  name: 'HeadObject',
  method: 'HEAD',
  path: '/{bucket}/{key}',
  asks,
  trail: { readOnly: true, data: true },
  body: noBody,
  async handle(context, call, input) {
    const { params, permit, request } = input
    const at = { ...params, versionId: versionAsked(request.query), permissions, permit, asked: askedOf(call, input) }
    const { bucket, version: held } = await objectToRead(context, call, at)
    refuseEncryption(request)
    const version = held.value
    const shown = customerKey(request)
    const { encryption, key } = version
    refuseOtherKey(encryption, shown)
    if (request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED')
      await keysOfObject(context, call, { bucket, key, encryption, shown })
    const parts = wanted(request, version)
    const headers = objectHeaders({ bucket, version, wanted: parts, request, customerKey: shown })
    if (isUnchanged(request, version)) return empty(304, unchangedHeaders(bucket, version))
    // Its length is the body's that is not sent.
    return { status: parts.partial ? 206 : 200, headers, body: { length: parts.range.end - parts.range.start, pieces: nothing() } }
  },
})

async function* nothing(): AsyncGenerator<never> {}
