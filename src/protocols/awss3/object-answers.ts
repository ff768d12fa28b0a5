import type { Bytes } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import { judge } from '#domain/objects/preconditions.ts'
import type { ByteRange } from '#domain/objects/object-bytes.ts'
import type { HeldBucket } from '#domain/objects/find-bucket.ts'
import { foreseenAbort, foreseenEnd } from '#domain/objects/lifecycle.ts'
import type { ObjectVersion, Upload } from '#domain/objects/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { httpDate } from '#protocols/http/http-date.ts'
import { checksumHeader, memberOf, typeNames } from './checksums.ts'
import { readConditions } from './conditions.ts'
import { describingHeaders } from './described.ts'
import { encryptionHeaders } from './encryption-headers.ts'
import { quoted } from './headers.ts'
import { invalidArgument, invalidRequest, refused } from './refusals.ts'

/** Versions have names only where the bucket keeps them. */
export const versionHeader = ({ value }: HeldBucket, { versionId }: Pick<ObjectVersion, 'versionId'>): Readonly<Record<string, string>> =>
  value.versioning === 'off' ? {} : { 'x-amz-version-id': versionId }

/** The same as members of a document. */
export const checksumMembers = ({ checksum }: Pick<ObjectVersion, 'checksum'>): Readonly<Record<string, string>> =>
  checksum === undefined ? {} : { [memberOf(checksum.algorithm)]: checksum.value, ChecksumType: typeNames[checksum.type] }

/** When a rule of the bucket ends it, where one does: of the newest version alone. */
export function expirationHeader({ value }: HeldBucket, version: ObjectVersion): Readonly<Record<string, string>> {
  const end = foreseenEnd(value, version)
  return end === undefined ? {} : { 'x-amz-expiration': `expiry-date="${httpDate(end.at)}", rule-id="${encodeURIComponent(end.ruleId)}"` }
}

/** When a rule of the bucket aborts it, where one does. */
export function abortHeaders({ value }: HeldBucket, upload: Upload): Readonly<Record<string, string>> {
  const abort = foreseenAbort(value, upload)
  return abort === undefined ? {} : { 'x-amz-abort-date': httpDate(abort.at), 'x-amz-abort-rule-id': encodeURIComponent(abort.ruleId) }
}

export const checksumHeaders = ({ checksum }: Pick<ObjectVersion, 'checksum'>): Readonly<Record<string, string>> =>
  checksum === undefined ? {} : { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': typeNames[checksum.type] }

/** What of an object a request wants. */
export interface Wanted {
  readonly range: ByteRange
  /** A range or a part was asked for. */
  readonly partial: boolean
  readonly part: number | undefined
}

/** By its part number, else by its range (RFC 9110 14.2); a range that is none is as good as absent. Raises `RangeNotSatisfiable`, `StorageRefused`. */
export function wanted(request: WireRequest, version: ObjectVersion): Wanted {
  const number = request.query.get('partnumber')
  const header = request.header('range')
  if (number !== undefined && header !== undefined) throw invalidRequest('Cannot specify both Range header and partNumber query parameter')
  if (number !== undefined) return { range: rangeOfPart(version, number), partial: true, part: Number(number) }
  const range = header === undefined ? undefined : rangeIn(header, version.size)
  return range === undefined
    ? { range: { start: 0, end: version.size }, partial: false, part: undefined }
    : { range, partial: true, part: undefined }
}

function rangeOfPart({ pieces, size, inParts }: ObjectVersion, text: string): ByteRange {
  const number = Number(text)
  if (!/^\d{1,5}$/.test(text) || number < 1 || number > 10_000)
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive')
  if (!inParts && number === 1) return { start: 0, end: size }
  const piece = inParts ? pieces[number - 1] : undefined
  if (piece === undefined) throw refused('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416)
  const start = pieces.slice(0, number - 1).reduce((sum, one) => sum + one.size, 0)
  return { start, end: start + piece.size }
}

function rangeIn(header: string, size: number): ByteRange | undefined {
  const range = readRange(header, size)
  if (range !== undefined && range.start >= size) throw new Problem({ code: 'RangeNotSatisfiable', details: { sizeBytes: size } })
  return range === undefined ? undefined : { start: range.start, end: Math.min(size, range.end) }
}

/** `undefined` for what is no single range of bytes. */
function readRange(header: string, size: number): ByteRange | undefined {
  const [, suffix] = /^bytes=-(\d+)$/.exec(header.trim()) ?? []
  if (suffix !== undefined) return { start: Math.max(0, size - Number(suffix)), end: size }
  const [, first, last = ''] = /^bytes=(\d+)-(\d*)$/.exec(header.trim()) ?? []
  if (first === undefined || (last !== '' && Number(last) < Number(first))) return undefined
  return { start: Number(first), end: last === '' ? size : Number(last) + 1 }
}

export interface Shown {
  readonly bucket: HeldBucket
  readonly version: ObjectVersion
  readonly wanted: Wanted
  readonly request: WireRequest
  /** The key that came with the request. */
  readonly customerKey: Bytes | undefined
}

/** All that GET and HEAD say of an object alike. */
export function objectHeaders({
  bucket,
  version,
  wanted: { range, partial, part },
  request,
  customerKey,
}: Shown): Readonly<Record<string, string>> {
  const whole = !partial && request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
  return {
    ...describingHeaders(version, request),
    'accept-ranges': 'bytes',
    etag: quoted(version.etag),
    'last-modified': httpDate(version.at),
    ...encryptionHeaders(version.encryption, customerKey),
    ...versionHeader(bucket, version),
    ...(!request.query.has('versionid') && expirationHeader(bucket, version)),
    ...(whole && checksumHeaders(version)),
    ...(partial && version.size > 0 && { 'content-range': `bytes ${range.start}-${range.end - 1}/${version.size}` }),
    ...(part !== undefined && version.inParts && { 'x-amz-mp-parts-count': version.pieces.length.toString() }),
  }
}

/** Raises `PreconditionFailed`. `true`: the reader has it already. */
export function isUnchanged(request: WireRequest, version: ObjectVersion): boolean {
  const judged = judge(version, readConditions(request))
  if (judged === 'failed') throw new Problem({ code: 'PreconditionFailed' })
  return judged === 'unchanged'
}

/** What a reader is told who has it already (RFC 9110 15.4.5). */
export const unchangedHeaders = (bucket: HeldBucket, version: ObjectVersion): Readonly<Record<string, string>> => ({
  etag: quoted(version.etag),
  'last-modified': httpDate(version.at),
  ...versionHeader(bucket, version),
})
