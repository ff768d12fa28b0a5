import type { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { bodyBytesDefault } from '#model/limits.ts'
import type { Body, BodyOf } from './operation.ts'
import type { WireRequest } from './request.ts'
import { parseStrictJson } from './strict-json.ts'

const nothing = new Uint8Array(0)

function invalid(result: z.ZodSafeParseError<unknown>): never {
  const [issue] = result.error.issues
  throw new Problem({ code: 'InvalidBody', details: { message: issue?.message ?? 'invalid', name: issue?.path.join('.') ?? '' } })
}

function parsedBy(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value)
  return result.success ? result.data : invalid(result)
}

const limitOf = (body: Body): number => ('maximumBytes' in body ? body.maximumBytes : undefined) ?? bodyBytesDefault
async function* noPieces(): AsyncGenerator<never> {}

/** The body in its place: after the permit. Raises `BodyTooLarge`, `InvalidBody`, `UnsupportedMediaType`. */
export function parseBody<B extends Body>(body: B, request: WireRequest): BodyOf<B>
export function parseBody(body: Body, request: WireRequest): unknown {
  if (request.bodyTooLong) throw new Problem({ code: 'BodyTooLarge', details: { maximumBytes: limitOf(body) } })
  if ('none' in body) return undefined
  if ('stream' in body) return request.incoming ?? noPieces()
  return collected(body, request, request.body ?? nothing)
}

function collected(
  body: Exclude<Body, { readonly none: true } | { readonly stream: true }>,
  request: WireRequest,
  bytes: Uint8Array,
): unknown {
  if ('optionalJson' in body) return bytes.length === 0 ? undefined : parsedBy(body.optionalJson, parseJson(request, bytes))
  if ('json' in body) return parsedBy(body.json, parseJson(request, bytes))
  if ('bytes' in body) return ofType(body.bytes, request, bytes)
  if ('read' in body) return body.read(request, bytes)
  return parsedBy(body.form, parseForm(request.header('content-type') ?? '', bytes))
}

/** A page elsewhere may send what a form sends without asking first, never JSON by its name (security-and-reliability.md 1.4). Unnamed, it is taken for JSON: clients differ. */
function parseJson(request: WireRequest, bytes: Uint8Array): unknown {
  const type = request.header('content-type') ?? ''
  if (bytes.length > 0 && type !== '' && !/^(?:application|text)\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type))
    throw new Problem({ code: 'UnsupportedMediaType' })
  return parseStrictJson(bytes)
}

function ofType(type: string, request: WireRequest, bytes: Uint8Array): Uint8Array {
  const [named = ''] = (request.header('content-type') ?? '').split(';')
  if (named.trim().toLowerCase() !== type) throw new Problem({ code: 'UnsupportedMediaType' })
  return bytes
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** `application/x-www-form-urlencoded`; RFC 6749 3.2: no parameter twice. */
function parseForm(contentType: string, bytes: Uint8Array): Readonly<Record<string, string>> {
  if (!/^application\/x-www-form-urlencoded(?:\s*;|$)/i.test(contentType)) throw new Problem({ code: 'UnsupportedMediaType' })
  const form: Record<string, string> = Object.create(null) as Record<string, string> // oxlint-disable-line typescript/no-unsafe-type-assertion -- no prototype, so that no name of a parameter means anything
  for (const pair of textOf(bytes).split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const [name, value] = (equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]).map(decoded)
    if (name === undefined || value === undefined || name === '') continue
    if (name in form) throw new Problem({ code: 'InvalidBody', details: { message: 'a parameter is there twice', name } })
    form[name] = value
  }
  return form
}

function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Problem({ code: 'InvalidBody', details: { message: 'the form is not UTF-8' } })
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new Problem({ code: 'InvalidBody', details: { message: 'a percent-encoding that is none' } })
  }
}
