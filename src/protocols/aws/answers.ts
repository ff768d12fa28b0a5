import type { Answer } from '#protocols/http/answer.ts'
import { element, elements, type XmlValue } from './xml.ts'

export const jsonType = 'application/x-amz-json-1.1'
export const xmlType = 'text/xml'

/** What is absent is left out; bytes become base64. */
export const amzJson = (value: Readonly<Record<string, unknown>>): Answer => ({
  status: 200,
  headers: { 'content-type': jsonType },
  body: JSON.stringify(jsonOf(value)),
})

/** Operations without an output. */
export const amzEmpty = (): Answer => ({ status: 200, headers: { 'content-type': jsonType } })

/** Itself where nothing in it is written otherwise: most lists are so, and a copy would cost more than they do. */
function jsonOf(value: unknown): unknown {
  if (isPlain(value)) return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString('base64')
  if (Array.isArray(value)) return value.map(jsonOf)
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]: readonly [unknown, unknown]) => [String(name), jsonOf(member)]))
  if (typeof value !== 'object' || value === null) return undefined
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, jsonOf(member)]))
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object') return true
  if (value === null || value instanceof Uint8Array || value instanceof Map) return false
  return Object.values(value).every(isPlain)
}

export interface QueryAnswer {
  /** `AssumeRole` */
  readonly action: string
  readonly namespace: string
  readonly requestId: string
  /** Members of the result; lists as `member`. Absent: the operation has no output, and its answer no result. */
  readonly result?: Readonly<Record<string, XmlValue>>
}

/** An answer of the Query protocol. */
export const amzXml = ({ action, namespace, requestId, result }: QueryAnswer): Answer => ({
  status: 200,
  headers: { 'content-type': xmlType },
  body: element(
    `${action}Response`,
    (result === undefined ? '' : element(`${action}Result`, elements(result, 'member'))) +
      element('ResponseMetadata', element('RequestId', requestId)),
    { xmlns: namespace },
  ),
})
