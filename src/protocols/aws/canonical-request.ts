import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** What of a request is signed, beside its method and its body's hash. */
export interface Signing {
  /** As the signature shows them. */
  readonly signedHeaders: string
  /** As `x-amz-content-sha256` of the canonical request: hex, or the word of a payload that is signed otherwise. */
  readonly payloadHash: string
  /** Paths of all services but one are encoded once more. */
  readonly encodesPathOnce: boolean
}

/** General Reference, "Create a canonical request". Raises `SignatureMismatch` for headers that must be signed and are not, or are there twice. */
export function canonicalRequest(request: WireRequest, signing: Signing): string {
  const path = canonicalPath(request.path, signing.encodesPathOnce)
  const headers = canonicalHeaders(request, signing.signedHeaders)
  return `${request.method}\n${path}\n${canonicalQuery(request.rawQuery)}\n${headers}\n${signing.signedHeaders}\n${signing.payloadHash}`
}

const canonical = /^(?:[\w.~-]|%[0-9A-F]{2})*$/

/** RFC 3986 unreserved characters stay; all else is percent-encoded UTF-8. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** Clients differ in what they leave as it is on the wire and encode where they sign. */
function recoded(text: string): string {
  if (canonical.test(text)) return text
  try {
    return encoded(decodeURIComponent(text))
  } catch {
    return encoded(text)
  }
}

function canonicalPath(path: string, encodesOnce: boolean): string {
  if (path === '/' || path === '') return '/'
  const segments = path.split('/').map(recoded)
  return (encodesOnce ? segments : segments.map(encoded)).join('/')
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === '') return ''
  const pairs: string[] = []
  for (const pair of rawQuery.split('&')) {
    const equals = pair.indexOf('=')
    const [name, value] = equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    if (name === '' || name === 'X-Amz-Signature') continue
    pairs.push(`${recoded(name.replaceAll('+', '%20'))}=${recoded(value.replaceAll('+', '%20'))}`)
  }
  return pairs.sort(byNameThenValue).join('&')
}

/** By the names, and by the values of one name: `=` sorts after characters that names have. */
function byNameThenValue(one: string, other: string): number {
  const [a, b] = [one.slice(0, one.indexOf('=')), other.slice(0, other.indexOf('='))]
  if (a !== b) return a < b ? -1 : 1
  return one < other ? -1 : 1
}

/** Gives every signed header its value. One that is there twice is two readings of one request. */
function fill(values: Map<string, string | undefined>, rawHeaders: readonly string[]): void {
  const unsigned: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (!values.has(name)) {
      if (mustBeSigned(name)) unsigned.push(name)
    } else if (values.get(name) !== undefined) throw mismatch()
    else values.set(name, collapsed(rawHeaders[at + 1] ?? ''))
  }
  if (unsigned.length > 0) throw new Problem({ code: 'HeadersUnsigned', details: { names: unsigned } })
}

function canonicalHeaders({ rawHeaders }: WireRequest, signedHeaders: string): string {
  const values = new Map<string, string | undefined>()
  for (const name of signedHeaders.split(';')) values.set(name, undefined)
  fill(values, rawHeaders)
  let text = ''
  for (const [name, value = ''] of values) text += `${name}:${value}\n`
  return text
}

const mustBeSigned = (name: string): boolean => name === 'host' || name.startsWith('x-amz-')

const mismatch = (): Problem => new Problem({ code: 'SignatureMismatch' })

const collapsed = (value: string): string => (value.includes('  ') ? value.replaceAll(/ {2,}/g, ' ') : value).trim()
