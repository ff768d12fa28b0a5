import type { Problem } from '#model/problem.ts'
import type { Described } from '#domain/objects/put-object.ts'
import type { ObjectVersion } from '#domain/objects/records.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { invalidArgument, invalidRequest, notImplemented, refused } from './refusals.ts'
import { isSigned } from './signed.ts'

/** Headers that are kept with an object and come back with it. */
const keptHeaders = ['content-type', 'cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'] as const
/** Parameters of a request that replace them in its answer. */
const overrides = keptHeaders.map(name => [name, `response-${name}`] as const)
const metaPrefix = 'x-amz-meta-'
const metadataBytesMax = 2_048
const tagsMax = 10

type Tags = ObjectVersion['tags']

/** What a request says of the object besides its bytes and its encryption. Raises `StorageRefused`. */
export function describedBy(request: WireRequest): Described {
  refuseUnserved(request)
  return { headers: headersIn(request), metadata: metadataIn(request), tags: tagsInHeader(request.header('x-amz-tagging')) }
}

function headersIn(request: WireRequest): Readonly<Record<string, string>> & ObjectVersion['headers'] {
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream' }
  for (const name of keptHeaders) {
    const value = request.header(name)
    // The transport's own word, which is taken off with the chunks.
    const kept = name === 'content-encoding' ? value?.replace(/^\s*aws-chunked\s*,?\s*/i, '').replace(/\s*,\s*aws-chunked\s*$/i, '') : value
    if (kept !== undefined && kept !== '') headers[name] = kept
  }
  return headers
}

function metadataIn({ rawHeaders }: WireRequest): ObjectVersion['metadata'] {
  const metadata = new Map<string, string>()
  let length = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (!name.startsWith(metaPrefix)) continue
    const own = name.slice(metaPrefix.length)
    const before = metadata.get(own)
    const value = before === undefined ? (rawHeaders[at + 1] ?? '') : `${before},${rawHeaders[at + 1] ?? ''}`
    length += own.length + value.length
    metadata.set(own, value)
  }
  if (length > metadataBytesMax) throw refused('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size')
  return Object.fromEntries(metadata)
}

/** Headers that ask for what is not here: said, never passed over. */
function refuseUnserved(request: WireRequest): void {
  const unserved = [
    'x-amz-object-lock-mode',
    'x-amz-object-lock-retain-until-date',
    'x-amz-object-lock-legal-hold',
    'x-amz-website-redirect-location',
  ]
  if (unserved.some(name => request.header(name) !== undefined)) throw notImplemented()
  const storage = request.header('x-amz-storage-class')
  if (storage !== undefined && storage !== 'STANDARD') throw refused('InvalidStorageClass', 'The storage class you specified is not valid')
}

/** `a=1&b=2`. */
export function tagsInHeader(text: string | undefined): Tags {
  if (text === undefined || text === '') return []
  return checkedTags(
    [...new URLSearchParams(text)].map(([key, value]) => ({ key, value })),
    tagsMax,
  )
}

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** Raises `StorageRefused`. */
export function checkedTags(tags: Tags, max: number): Tags {
  if (tags.length > max)
    throw refused('BadRequest', `${max === tagsMax ? 'Object tags' : 'Bucket tag count'} cannot be greater than ${max}`)
  for (const { key, value } of tags) assertTag(key, value)
  if (new Set(tags.map(({ key }) => key)).size < tags.length) throw invalidTag('Cannot provide multiple Tags with the same key')
  return tags
}

const invalidTag = (message: string): Problem => refused('InvalidTag', message)

function assertTag(key: string, value: string): void {
  if (key === '' || key.length > 128 || !tagText.test(key)) throw invalidTag('The TagKey you have provided is invalid')
  if (value.length > 256 || !tagText.test(value)) throw invalidTag('The TagValue you have provided is invalid')
  if (key.toLowerCase().startsWith('aws:')) throw invalidTag('System tags cannot be added/updated by requester')
}
export const objectTagsMax = tagsMax

/** What an answer says of the object itself, with what its reader asked to be said instead. */
export function describingHeaders({ headers, metadata, tags }: ObjectVersion, request: WireRequest): Readonly<Record<string, string>> {
  const said: Record<string, string> = { ...headers }
  for (const [name, parameter] of overrides) {
    const value = request.query.get(parameter)
    if (value === undefined) continue
    // What a page of the bucket's is served as is nobody's to say who gives a link away.
    if (!isSigned(request)) throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.')
    if (!/^[\u0020-\u007e\u00a0-\u00ff]*$/.test(value)) throw invalidArgument(`The ${parameter} is not valid`)
    said[name] = value
  }
  for (const [name, value] of Object.entries(metadata)) said[metaPrefix + name] = value
  if (tags.length > 0) said['x-amz-tagging-count'] = tags.length.toString()
  return said
}
