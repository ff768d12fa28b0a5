import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { HeldBucket } from './find-bucket.ts'
import { refuseUnlessMet, type Preconditions } from './preconditions.ts'
import type { ObjectVersion, Piece } from './records.ts'
import { objectScope } from './scopes.ts'
import { checksumOfParts, endUpload, etagOfParts, partsOf, type HeldPart, type HeldUpload, type UploadNeeds } from './uploads.ts'
import { findVersion, newVersionId, placeVersion, type HeldObject, type VersionNeeds } from './versions.ts'

/** Each but the last. */
const partBytesMin = 5 * 1024 * 1024

export interface NamedPart {
  readonly number: number
  /** Without quotes. */
  readonly etag: string
  /** Base64, by their algorithms: those that are kept count. */
  readonly checksums: ReadonlyMap<string, string>
}

export interface CompleteUpload {
  readonly permit: Permit<'object.write'>
  readonly bucket: HeldBucket
  readonly upload: HeldUpload
  readonly parts: readonly NamedPart[]
  readonly conditions: Preconditions
}

/**
 * Makes an object of parts that have come: their bytes stay where they are. Parts that are not named go.
 * Raises `UploadPartInvalid`, `UploadPartsUnordered`, `UploadPartTooSmall`, `PreconditionFailed`.
 */
export async function completeUpload(
  context: UploadNeeds & VersionNeeds & Needs<'objectStore'>,
  call: Call,
  { permit, bucket, upload, parts, conditions }: CompleteUpload,
): Promise<HeldObject> {
  const { key, encryption, headers, metadata, tags } = upload.value
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key }))
  refuseUnlessMet((await findVersion(context, call, { bucket, key, versionId: undefined }))?.value, conditions)
  const come = await partsOf(context, call, upload)
  const named = partsNamed(come, { parts, algorithm: upload.value.checksum.algorithm })
  // From now on no part's record says whose the bytes are.
  for (const { value } of named) await context.objectStore.confirm({ compartment: upload.compartment, id: value.bytes })
  endUpload(context, call, { upload, parts: come, kept: new Set(named) })
  const { algorithm, type } = upload.value.checksum
  const value = checksumOfParts({ algorithm, type }, named)
  const version: ObjectVersion = {
    key,
    versionId: newVersionId(context, bucket),
    at: call.at,
    marker: false,
    size: named.reduce((sum, part) => sum + part.value.size, 0),
    etag: etagOfParts(named),
    pieces: named.map(pieceOf),
    inParts: true,
    encryption,
    headers,
    metadata,
    tags,
    ...(value !== undefined && { checksum: { algorithm, type, value } }),
  }
  return placeVersion(context, call, { bucket, version })
}

const pieceOf = ({ value: { bytes: id, size, checksum } }: HeldPart): Piece =>
  checksum === undefined ? { id, size } : { id, size, checksum }

function partsNamed(
  come: readonly HeldPart[],
  { parts, algorithm }: { readonly parts: readonly NamedPart[]; readonly algorithm: string },
): readonly HeldPart[] {
  if (parts.some(({ number }, at) => at > 0 && number <= (parts[at - 1]?.number ?? 0))) throw new Problem({ code: 'UploadPartsUnordered' })
  const byNumber = new Map(come.map(part => [part.value.number, part]))
  return parts.map(({ number, etag, checksums }, at) => {
    const checksum = checksums.get(algorithm)
    const part = byNumber.get(number)
    const other = checksum !== undefined && part?.value.checksum !== undefined && part.value.checksum !== checksum
    if (part === undefined || part.value.etag !== etag || other) throw new Problem({ code: 'UploadPartInvalid' })
    if (at < parts.length - 1 && part.value.size < partBytesMin)
      throw new Problem({ code: 'UploadPartTooSmall', details: { number, etag, size: part.value.size, minimum: partBytesMin } })
    return part
  })
}
