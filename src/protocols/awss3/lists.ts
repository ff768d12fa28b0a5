import type { ListedAs } from '#domain/objects/list-objects.ts'
import type { ObjectVersion } from '#domain/objects/records.ts'
import type { XmlValue } from '#protocols/aws/xml.ts'
import { xmlTime } from './answers.ts'
import { typeNames } from './checksums.ts'
import { quoted } from './headers.ts'
import { invalidArgument } from './refusals.ts'

const pageMax = 1_000

/** Raises `StorageRefused`. */
export function numberIn(query: ReadonlyMap<string, string>, name: string, otherwise: number): number {
  const text = query.get(name)
  if (text === undefined || text === '') return otherwise
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2_147_483_647)
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`)
  return Number(text)
}

export const listedAs = (query: ReadonlyMap<string, string>): ListedAs => ({
  prefix: query.get('prefix') ?? '',
  delimiter: query.get('delimiter') ?? '',
  max: Math.min(pageMax, numberIn(query, 'max-keys', pageMax)),
})

export type Encoder = (text: string) => string

/** Names may have what XML cannot write: clients ask for them in percent-encoding. Raises `StorageRefused`. */
export function encoder(query: ReadonlyMap<string, string>): Encoder {
  const type = query.get('encoding-type')
  if (type === undefined) return text => text
  if (type !== 'url') throw invalidArgument('Invalid Encoding Method specified in Request')
  return text =>
    encodeURIComponent(text)
      .replaceAll('%2F', '/')
      .replaceAll('%20', '+')
      .replaceAll(/[!'()]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}

interface Writing {
  readonly encoded: Encoder
  readonly owner: string | undefined
}

export const contentOf = ({ key, at, etag, size, checksum }: ObjectVersion, { encoded, owner }: Writing) => ({
  Key: encoded(key),
  LastModified: xmlTime(at),
  ETag: quoted(etag),
  ChecksumAlgorithm: checksum?.algorithm.toUpperCase(),
  ChecksumType: checksum && typeNames[checksum.type],
  Size: size,
  StorageClass: 'STANDARD',
  Owner: owner === undefined ? undefined : { ID: owner },
})

export const contentsOf = (versions: readonly ObjectVersion[], writing: Writing): readonly XmlValue[] =>
  versions.map(version => contentOf(version, writing))

export const commonPrefixes = (prefixes: readonly string[], encoded: Encoder): readonly XmlValue[] =>
  prefixes.map(prefix => ({ Prefix: encoded(prefix) }))
