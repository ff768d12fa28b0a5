import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { HeldBucket } from './find-bucket.ts'
import { refuseToWriteUnlessMet, type Preconditions } from './preconditions.ts'
import type { Checksum, ObjectVersion, Piece, Upload } from './records.ts'
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
  readonly said: SaidOfWhole
}

/** What the client says that comes of the parts. */
export interface SaidOfWhole {
  readonly sizeBytes?: number
  /** Base64, by the algorithm that the upload keeps; of checksums of parts with or without how many they are. */
  readonly checksum?: string
}

/**
 * Makes an object of parts that have come: their bytes stay where they are. Parts that are not named go.
 * Raises `UploadPartInvalid`, `UploadPartChecksumInvalid`, `UploadPartsUnordered`, `UploadPartTooSmall`, `UploadSizeDiffers`,
 * `UploadChecksumDiffers`, `PreconditionFailed`, `ObjectNotFound`.
 */
export async function completeUpload(
  context: UploadNeeds & VersionNeeds & Needs<'objectStore'>,
  call: Call,
  { permit, bucket, upload, parts, conditions, said }: CompleteUpload,
): Promise<HeldObject> {
  const { key, encryption, headers, metadata, tags } = upload.value
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key }))
  refuseToWriteUnlessMet(key, (await findVersion(context, call, { bucket, key, versionId: undefined }))?.value, conditions)
  const come = await partsOf(context, call, upload)
  const named = partsNamed(come, { parts, checksum: upload.value.checksum })
  const { algorithm, type } = upload.value.checksum
  const value = checksumOfParts({ algorithm, type }, named)
  const size = named.reduce((sum, part) => sum + part.value.size, 0)
  refuseOtherWhole(said, { algorithm, value, size })
  // From now on no part's record says whose the bytes are.
  for (const { value } of named) await context.objectStore.confirm({ compartment: upload.compartment, id: value.bytes })
  endUpload(context, call, { upload, parts: come, kept: new Set(named) })
  const version: ObjectVersion = {
    key,
    versionId: newVersionId(context, bucket),
    at: call.at,
    marker: false,
    size,
    etag: etagOfParts(named.map(part => part.value)),
    pieces: named.map(pieceOf),
    inParts: true,
    upload: upload.value.id,
    encryption,
    headers,
    metadata,
    tags,
    ...(value !== undefined && { checksum: { algorithm, type, value } }),
  }
  return placeVersion(context, call, { bucket, version })
}

/** What the same completion has made already, where the client did not hear of it; `undefined`: it has not, or it was replaced since. */
export async function completedBefore(
  { objects }: Needs<'objects'>,
  call: Call,
  {
    bucket,
    key,
    id,
    parts,
  }: { readonly bucket: HeldBucket; readonly key: string; readonly id: string; readonly parts: readonly NamedPart[] },
): Promise<HeldObject | undefined> {
  const held = await objects.get(call, bucket.value.compartment, [key])
  return held?.value.upload === id && held.value.etag === etagOfParts(parts) ? held : undefined
}

const pieceOf = ({ value: { bytes: id, size, checksum } }: HeldPart): Piece =>
  checksum === undefined ? { id, size } : { id, size, checksum }

function refuseOtherWhole(
  { sizeBytes, checksum }: SaidOfWhole,
  { algorithm, value, size }: { readonly algorithm: Checksum['algorithm']; readonly value: string | undefined; readonly size: number },
): void {
  if (sizeBytes !== undefined && sizeBytes !== size)
    throw new Problem({ code: 'UploadSizeDiffers', details: { said: sizeBytes, is: size } })
  if (checksum !== undefined && checksum !== value && checksum !== value?.replace(/-\d+$/, ''))
    throw new Problem({ code: 'UploadChecksumDiffers', details: { algorithm } })
}

function partsNamed(
  come: readonly HeldPart[],
  { parts, checksum }: { readonly parts: readonly NamedPart[]; readonly checksum: Upload['checksum'] },
): readonly HeldPart[] {
  if (parts.some(({ number }, at) => at > 0 && number <= (parts[at - 1]?.number ?? 0))) throw new Problem({ code: 'UploadPartsUnordered' })
  const byNumber = new Map(come.map(part => [part.value.number, part]))
  return parts.map((named, at) => {
    const { number, etag } = named
    const part = byNumber.get(number)
    if (part === undefined || part.value.etag !== etag) throw new Problem({ code: 'UploadPartInvalid' })
    refuseOtherPart(named, part, checksum)
    if (at < parts.length - 1 && part.value.size < partBytesMin)
      throw new Problem({ code: 'UploadPartTooSmall', details: { number, etag, size: part.value.size, minimum: partBytesMin } })
    return part
  })
}

/** A checksum of another kind than the upload keeps can be held to nothing: it is refused, never passed over. */
function refuseOtherPart({ number, checksums }: NamedPart, { value }: HeldPart, { algorithm, type, asked }: Upload['checksum']): void {
  const [own, other] = [checksums.get(algorithm), [...checksums.keys()].find(name => name !== algorithm)]
  if (own !== undefined && own !== value.checksum) throw new Problem({ code: 'UploadPartInvalid' })
  if (other !== undefined)
    throw new Problem(
      asked ? { code: 'UploadPartChecksumInvalid', details: { algorithm: other, number, what: 'other' } } : { code: 'UploadPartInvalid' },
    )
  // Of checksums of parts the whole is made: who asked for that says each (S3 User Guide, "Checking object integrity").
  if (own === undefined && asked && type === 'composite')
    throw new Problem({ code: 'UploadPartChecksumInvalid', details: { algorithm, number, what: 'missing' } })
}
