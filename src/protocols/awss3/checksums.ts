import { timingSafeEqual } from 'node:crypto'
import type { Bytes } from '#model/brands.ts'
import type { DigestName, Digests } from '#domain/objects/digests.ts'
import type { Checksum } from '#domain/objects/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { invalidRequest, refused } from './refusals.ts'

export type ChecksumName = Checksum['algorithm']

/** By the names that requests have, in the order in which they are looked for. */
export const checksumNames = {
  CRC32: 'crc32',
  CRC32C: 'crc32c',
  CRC64NVME: 'crc64nvme',
  SHA1: 'sha1',
  SHA256: 'sha256',
} as const satisfies Record<string, ChecksumName>
const lengths: Readonly<Record<ChecksumName, number>> = { crc32: 4, crc32c: 4, crc64nvme: 8, sha1: 20, sha256: 32 }

export const checksumHeader = (name: ChecksumName): string => `x-amz-checksum-${name}`
export const memberOf = (name: ChecksumName): string =>
  `Checksum${Object.entries(checksumNames).find(([, own]) => own === name)?.[0] ?? ''}`
export const typeNames = { whole: 'FULL_OBJECT', composite: 'COMPOSITE' } as const

/** `x-amz-sdk-checksum-algorithm`, `x-amz-checksum-algorithm`. Raises `StorageRefused`. */
export function algorithmNamed(given: string | undefined): ChecksumName | undefined {
  if (given === undefined) return undefined
  const found = Object.entries(checksumNames).find(([name]) => name === given.toUpperCase())?.[1]
  if (found === undefined)
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    )
  return found
}

/** What the bytes are said to be. */
export interface Announced {
  /** In the head, or in what follows the bytes. */
  readonly checksum: ChecksumName | undefined
  readonly value: Bytes | undefined
  readonly trailer: string | undefined
  readonly md5: Bytes | undefined
}

/** Raises `StorageRefused` for what no digest can be, and for two of them. */
export function announced(request: WireRequest): Announced {
  const named = Object.values(checksumNames).filter(name => request.header(checksumHeader(name)) !== undefined)
  if (named.length > 1) throw invalidRequest('Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.')
  const trailer = request.header('x-amz-trailer')?.trim().toLowerCase()
  const trailing = Object.values(checksumNames).find(name => checksumHeader(name) === trailer)
  if (trailer !== undefined && trailing === undefined)
    throw invalidRequest('The value specified in the x-amz-trailer header is not supported')
  const [checksum = trailing] = named
  refuseOtherAlgorithm(algorithmNamed(request.header('x-amz-sdk-checksum-algorithm')), checksum)
  const given = checksum === undefined ? undefined : request.header(checksumHeader(checksum))
  return {
    checksum,
    value: checksum === undefined || given === undefined ? undefined : digestIn(given, checksum),
    trailer: trailing === undefined ? undefined : trailer,
    md5: md5In(request.header('content-md5')),
  }
}

/** The algorithm that a client says it has used is that of the digest it sends (API Reference, "PutObject"). */
function refuseOtherAlgorithm(said: ChecksumName | undefined, checksum: ChecksumName | undefined): void {
  if (said === undefined || said === checksum) return
  throw invalidRequest(
    checksum === undefined
      ? 'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.'
      : 'Value for x-amz-sdk-checksum-algorithm header is invalid.',
  )
}

/** The same where checksums in the head are of something else than the body. */
export const announcedMd5 = (request: WireRequest): Announced => ({
  checksum: undefined,
  value: undefined,
  trailer: undefined,
  md5: md5In(request.header('content-md5')),
})

/** A digest of an object, which may be of those of its parts and then says how many they are. Raises `StorageRefused`. */
export function objectDigestIn(text: string, name: ChecksumName): string {
  digestIn(text.replace(/-\d{1,5}$/, ''), name)
  return text
}

function digestIn(text: string, name: ChecksumName): Bytes {
  const bytes = base64(text)
  if (bytes?.length !== lengths[name]) throw invalidRequest(`Value for ${checksumHeader(name)} header is invalid.`)
  return bytes
}

function md5In(text: string | undefined): Bytes | undefined {
  if (text === undefined) return undefined
  const bytes = base64(text)
  if (bytes?.length !== 16) throw refused('InvalidDigest', 'The Content-MD5 you specified was invalid.')
  return bytes
}

export function base64(text: string): Bytes | undefined {
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return undefined
  }
}

/** Are the bytes what they were said to be? Raises `StorageRefused`. */
export function refuseOtherBytes(said: Announced, digests: Digests, trailers: ReadonlyMap<string, string>): void {
  const { checksum, trailer, md5 } = said
  if (md5 !== undefined && !same(digests.get('md5'), md5))
    throw refused('BadDigest', 'The Content-MD5 you specified did not match what we received.')
  if (checksum === undefined) return
  const inTrailer = trailer === undefined ? undefined : trailers.get(trailer)
  if (trailer !== undefined && inTrailer === undefined)
    throw refused(
      'MalformedTrailerError',
      'The request contained trailing data that was not well-formed or did not conform to our published schema.',
    )
  const value = inTrailer === undefined ? said.value : digestIn(inTrailer, checksum)
  if (value !== undefined && !same(digests.get(checksum), value))
    throw refused('BadDigest', `The ${checksum.toUpperCase()} you specified did not match the calculated checksum.`)
}

const same = (one: Bytes | undefined, other: Bytes): boolean => one?.length === other.length && timingSafeEqual(one, other)

/** Digests that are wanted of bytes under an encryption: the MD5 only where it says nothing that the key hides, or was asked for. */
export const wantedDigests = (
  said: Announced,
  { checksum, md5 }: { readonly checksum: ChecksumName | undefined; readonly md5: boolean },
): readonly DigestName[] => [...(checksum === undefined ? [] : [checksum]), ...(md5 || said.md5 !== undefined ? (['md5'] as const) : [])]
