import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { parseStrictJson } from '#protocols/http/strict-json.ts'
import { formTree } from './form.ts'
import { readShape, type Shape } from './shape.ts'

/** How an operation of these services takes its body. */
export type AwsBody<T> = ({ readonly amzJson: Shape<T> } | { readonly amzQuery: Shape<T> }) & { readonly maximumBytes?: number }

/** As the pipeline reads it. Raises `ValidationFailed`, `InvalidBody`. */
export interface ReadBody<T> {
  read(request: WireRequest, bytes: Uint8Array): T
  readonly maximumBytes?: number
}

export function bodyReader<T>(body: AwsBody<T>): ReadBody<T> {
  const limit = body.maximumBytes === undefined ? {} : { maximumBytes: body.maximumBytes }
  if ('amzJson' in body) return { ...limit, read: (_request, bytes) => readShape(body.amzJson, jsonOf(bytes), { textual: false }) }
  return { ...limit, read: (request, bytes) => readShape(body.amzQuery, formTree(formText(request, bytes)), { textual: true }) }
}

/** Nothing is as good as an empty object: not every client sends one. */
function jsonOf(bytes: Uint8Array): unknown {
  const value = bytes.length === 0 ? {} : parseStrictJson(bytes)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Problem({ code: 'InvalidBody', details: { message: 'The body is not an object.' } })
  return value
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The form of a POST, else the query of a GET. */
export function formText(request: WireRequest, bytes: Uint8Array): string {
  if (request.method !== 'POST') return request.rawQuery
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Problem({ code: 'InvalidBody', details: { message: 'The form is not UTF-8.' } })
  }
}
