import type { JsonObject, JsonValue } from '#domain/audit/canonical-json.ts'
import type { Call } from '#domain/call.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** What the trail of an account shows of an operation; never plaintext, ciphertext, messages, tokens or secrets. */
export interface Trail<B> extends TrailKind {
  /** Members by their names in lower camel case, or what they are made into. */
  readonly parameters: readonly string[] | ((body: B) => Readonly<Record<string, unknown>>)
  /** Members of an answer in JSON, by their names in lower camel case. */
  readonly answer?: readonly string[]
}

export interface TrailKind {
  readonly readOnly: boolean
  /** A use of what is in a thing, not of the thing. */
  readonly data?: true
}

/** From here on the call is in the trail of whoever signed it, whatever becomes of it. */
export function beginTrail(
  call: Call,
  { readOnly, data }: TrailKind,
  at: { readonly region: string; readonly request: WireRequest },
): void {
  const { region, request } = at
  const tls = request.tls?.()
  call.trail = {
    region,
    readOnly,
    ...(data !== undefined && { data }),
    ...(tls !== undefined && { tls: { ...tls, host: request.host } }),
    resources: [],
  }
}

/** What is shown of the body, once it is known to be one. */
export function noteParameters<B>(call: Call, { parameters }: Trail<B>, body: B): void {
  if (call.trail === undefined) return
  const shown = typeof parameters === 'function' ? shownOf(parameters(body)) : picked(shownOf(body), parameters)
  if (Object.keys(shown).length > 0) call.trail.parameters = shown
}

/** Who came by the word of an issuer. */
export function noteWebIdentity(call: Call, webIdentity: NonNullable<NonNullable<Call['trail']>['webIdentity']>): void {
  if (call.trail !== undefined) call.trail = { ...call.trail, webIdentity }
}

/** Of a session that was given: for whom, and the key that it signs with, without what is secret of it. */
export function noteSession(call: Call, answered: Readonly<Record<string, unknown>>): void {
  if (call.trail === undefined) return
  const { credentials, ...rest } = shownOf(answered)
  const shown = typeof credentials === 'object' && credentials !== null && !Array.isArray(credentials) ? shownOf(credentials) : {}
  call.trail.answer = { credentials: picked(shown, ['accessKeyId', 'expiration']), ...rest }
}

/** What is shown of an answer in JSON: only the members that the operation names. */
export function noteAnswer<B>(call: Call, { answer: names }: Trail<B>, { status, body }: Answer): void {
  if (call.trail === undefined || names === undefined || status >= 300 || typeof body !== 'string') return
  const answered: unknown = JSON.parse(body)
  call.trail.answer = picked(shownOf(answered), names)
}

function picked(all: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap(name => (all[name] === undefined ? [] : [[name, all[name]]])))
}

/** Members in lower camel case, keys of maps as they are; bytes are never shown. */
export function shownOf(value: unknown): JsonObject {
  return isObject(value) ? membersOf(value) : {}
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

const membersOf = (value: object): JsonObject =>
  Object.fromEntries(
    Object.entries(value).map(([name, member]: readonly [string, unknown]) => [
      name.slice(0, 1).toLowerCase() + name.slice(1),
      valueOf(member),
    ]),
  )

function valueOf(value: unknown): JsonValue | undefined {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (Array.isArray(value)) return value.map(valueOf).filter(one => one !== undefined)
  if (value instanceof Uint8Array || !isObject(value)) return undefined
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]: readonly [unknown, unknown]) => [String(name), valueOf(member)]))
  return membersOf(value)
}
