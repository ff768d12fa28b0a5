import { createHash } from 'node:crypto'
import { crcs } from '#crypto/crc.ts'
import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import type { Held } from '#domain/records/family.ts'
import { dropBytes } from './bytes-removed.ts'
import type { HeldBucket } from './find-bucket.ts'
import { keysOfObject, newObjectKeys, type EncryptionWish, type ObjectKeyNeeds } from './object-keys.ts'
import { etagOf, type Described } from './put-object.ts'
import { receiveBytes, type Incoming, type ReceivingNeeds } from './receive-bytes.ts'
import type { Upload, UploadPart } from './records.ts'
import { objectScope } from './scopes.ts'

export type HeldUpload = Held<Upload, readonly [id: string]>
export type HeldPart = Held<UploadPart, readonly [uploadId: string, number: string]>
export type UploadNeeds = Needs<'uploads' | 'uploadParts' | 'ground'>

const uploadIdBytes = 48
const pageRows = 1_000

export interface BeginUpload extends Described {
  readonly permit: Permit<'object.write'>
  readonly bucket: HeldBucket
  readonly key: string
  readonly encryption: EncryptionWish | undefined
  readonly checksum: Upload['checksum']
}

/** The data key is had now: it is the same for all parts. Raises what the key says. */
export async function beginUpload(context: UploadNeeds & ObjectKeyNeeds, call: Call, request: BeginUpload): Promise<HeldUpload> {
  const { permit, bucket, key, headers, metadata, tags, checksum } = request
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key }))
  const { encryption } = await newObjectKeys(context, call, { bucket, key, wish: request.encryption })
  // Lists go on after an id that may be gone by then: in the order of their ids uploads stand as they began.
  const id = call.at.toString(36).padStart(9, '0') + Buffer.from(context.ground.random.bytes(uploadIdBytes)).toString('base64url')
  const initiator = call.who.acting?.arn ?? call.who.id
  const value: Upload = { id, key, at: call.at, initiator, encryption, headers, metadata, tags, checksum }
  return context.uploads.create(call, bucket.value.compartment, { path: [id], value })
}

/** Raises `UploadNotFound`, also for another object's. */
export async function uploadNamed(
  { uploads }: Needs<'uploads'>,
  call: Call,
  { bucket, key, id }: { readonly bucket: HeldBucket; readonly key: string; readonly id: string },
): Promise<HeldUpload> {
  const held = await uploads.get(call, bucket.value.compartment, [id])
  if (held === undefined || held.value.key !== key) throw new Problem({ code: 'UploadNotFound', details: { id } })
  return held
}

export interface PutPart {
  readonly permit: Permit<'object.write'>
  readonly bucket: HeldBucket
  readonly upload: HeldUpload
  readonly number: number
  readonly incoming: Incoming
  /** The key that came with the request. */
  readonly shown: Bytes | undefined
}

const partPath = (upload: HeldUpload, number: number) => [upload.value.id, number.toString().padStart(5, '0')] as const

/** A part that comes again takes the place of what it was. Raises as `keysOfObject` does, and what `incoming` says. */
export async function putPart(context: UploadNeeds & ObjectKeyNeeds & ReceivingNeeds, call: Call, request: PutPart): Promise<HeldPart> {
  const { permit, bucket, upload, number, incoming, shown } = request
  const { key, encryption, checksum } = upload.value
  const { compartment } = bucket.value
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key }))
  const keys = await keysOfObject(context, call, { bucket, key, encryption, shown })
  const stored = await receiveBytes(context, call, { bucket, under: { encryption, keys }, incoming })
  const digest = stored.digests.get(checksum.algorithm)?.toBase64()
  const value: UploadPart = {
    number,
    at: call.at,
    size: stored.size,
    etag: etagOf(context, stored),
    bytes: stored.id,
    ...(digest !== undefined && { checksum: digest }),
  }
  const path = partPath(upload, number)
  const before = await context.uploadParts.get(call, compartment, path)
  if (before === undefined) return context.uploadParts.create(call, compartment, { path, value })
  dropBytes(call, compartment, [before.value.bytes])
  return context.uploadParts.update(call, before, value)
}

/** By number. */
export async function partsOf({ uploadParts }: Needs<'uploadParts'>, call: Call, upload: HeldUpload): Promise<readonly HeldPart[]> {
  const all: HeldPart[] = []
  for (let after = -1; ;) {
    const page = await uploadParts.list(call, upload.compartment, { collection: [upload.value.id], after, limit: pageRows })
    all.push(...page)
    const last = page.at(-1)
    if (last === undefined || page.length < pageRows) return all.toSorted((one, other) => one.value.number - other.value.number)
    after = last.ord
  }
}

/** Uploads of a bucket that have not ended, in the order of their beginning. */
export async function uploadsOf({ uploads }: Needs<'uploads'>, call: Call, bucket: HeldBucket): Promise<readonly HeldUpload[]> {
  const all: HeldUpload[] = []
  for (let after = -1; ;) {
    const page = await uploads.list(call, bucket.value.compartment, { collection: [], after, limit: pageRows })
    all.push(...page)
    const last = page.at(-1)
    if (last === undefined || page.length < pageRows) return all
    after = last.ord
  }
}

/** All that came goes. */
export async function abortUpload(
  context: Needs<'uploads' | 'uploadParts'>,
  call: Call,
  { permit, bucket, upload }: { readonly permit: Permit<'object.abortUpload'>; readonly bucket: HeldBucket; readonly upload: HeldUpload },
): Promise<void> {
  assertPermits(permit, objectScope({ bucket: bucket.value.name, key: upload.value.key }))
  const parts = await partsOf(context, call, upload)
  endUpload(context, call, { upload, parts, kept: new Set() })
}

/** The records of the upload go, and the bytes of what nobody keeps. */
export function endUpload(
  { uploads, uploadParts }: Needs<'uploads' | 'uploadParts'>,
  call: Call,
  { upload, parts, kept }: { readonly upload: HeldUpload; readonly parts: readonly HeldPart[]; readonly kept: ReadonlySet<HeldPart> },
): void {
  for (const part of parts) uploadParts.remove(call, part)
  uploads.remove(call, upload)
  dropBytes(
    call,
    upload.compartment,
    parts.filter(part => !kept.has(part)).map(({ value }) => value.bytes),
  )
}

/** Of the digests of its parts, as the service has always made it: the MD5 of their ETags, and how many. */
export const etagOfParts = (parts: readonly { readonly etag: string }[]): string =>
  `${createHash('md5')
    .update(Buffer.from(parts.map(({ etag }) => etag).join(''), 'hex'))
    .digest('hex')}-${parts.length}`

/** Of the whole, from those of the parts; `undefined` where one has none. */
export function checksumOfParts({ algorithm, type }: Omit<Upload['checksum'], 'asked'>, parts: readonly HeldPart[]): string | undefined {
  const values = parts.map(({ value }) => value.checksum)
  if (!values.every(value => value !== undefined)) return undefined
  const bytes = values.map(value => Uint8Array.fromBase64(value))
  if (type === 'composite') return `${digestOf(algorithm, Buffer.concat(bytes)).toBase64()}-${parts.length}`
  if (algorithm === 'sha1' || algorithm === 'sha256') return undefined
  const crc = crcs[algorithm]
  return bytes.reduce<Bytes>((joined, one, at) => crc.joined(joined, one, parts[at]?.value.size ?? 0), new Uint8Array(crc.width)).toBase64()
}

function digestOf(algorithm: Upload['checksum']['algorithm'], bytes: Bytes): Bytes {
  if (algorithm === 'sha1' || algorithm === 'sha256') return createHash(algorithm).update(bytes).digest()
  const running = crcs[algorithm].start()
  running.update(bytes)
  return running.digest()
}
