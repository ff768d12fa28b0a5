import { Problem } from '#model/problem.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import { credentialScope, type CredentialScope } from './credential-scope.ts'

/** A signature as the request shows it, in its header or, presigned, in its query. Nothing of it is believed yet. */
export interface ShownSignature {
  readonly scope: CredentialScope
  /** As it was written: names in lower case, with semicolons between. */
  readonly signedHeaders: string
  /** 64 hex digits; empty where it is no signature, and matches none. */
  readonly signature: string
  /** `20260102T030405Z` */
  readonly date: string
  readonly sessionToken: string | undefined
  /** Presigned: for so many seconds from its date on. */
  readonly expiresSeconds: number | undefined
}

export const algorithm = 'AWS4-HMAC-SHA256'
const asymmetric = 'AWS4-ECDSA-P256-SHA256'

const twice =
  'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified'

const incomplete = (message: string): Problem => new Problem({ code: 'SignatureIncomplete', details: { message } })

/** Raises `SignatureMissing`, `SignatureIncomplete`, `SignatureAlgorithmUnknown`, `ValidationFailed` for two of them. `presigned`: the service takes signatures in queries. */
export function shownSignature(request: WireRequest, { presigned }: { readonly presigned: boolean }): ShownSignature {
  const header = request.header('authorization')
  if (header !== undefined && presigned && (request.query.has('x-amz-algorithm') || request.query.has('x-amz-signature')))
    throw new Problem({ code: 'ValidationFailed', details: { message: twice } })
  if (header !== undefined) return ofHeader(request, header)
  if (presigned && request.query.has('x-amz-algorithm')) return ofQuery(request)
  throw new Problem({ code: 'SignatureMissing' })
}

function ofHeader(request: WireRequest, header: string): ShownSignature {
  const space = header.indexOf(' ')
  assertAlgorithm(space < 0 ? header : header.slice(0, space))
  const parameters = parametersIn(header.slice(space < 0 ? header.length : space + 1))
  const date = request.header('x-amz-date') ?? ''
  assertWhole(parameters, date)
  return {
    scope: scopeIn(request),
    signedHeaders: parameters.get('SignedHeaders') ?? '',
    signature: signatureIn(parameters.get('Signature') ?? ''),
    date: dateIn(date),
    sessionToken: request.header('x-amz-security-token'),
    expiresSeconds: undefined,
  }
}

const needed = ['Credential', 'Signature', 'SignedHeaders'] as const

function assertWhole(parameters: ReadonlyMap<string, string>, date: string): void {
  const missing: string[] = []
  for (const name of needed) if ((parameters.get(name) ?? '') === '') missing.push(`Authorization header requires '${name}' parameter.`)
  if (date === '') missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  if (missing.length > 0) throw incomplete(missing.join(' '))
}

function parametersIn(text: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>()
  for (const pair of text.split(',')) {
    const [name, value] = nameAndValue(pair)
    parameters.set(name, value)
  }
  return parameters
}

function nameAndValue(pair: string): readonly [name: string, value: string] {
  const text = pair.trim()
  const equals = text.indexOf('=')
  if (equals < 0) throw incomplete(`'${text.slice(0, 64)}' not a valid key=value pair (missing equal-sign) in Authorization header.`)
  return [text.slice(0, equals), text.slice(equals + 1)]
}

function ofQuery(request: WireRequest): ShownSignature {
  const { query } = request
  assertAlgorithm(query.get('x-amz-algorithm') ?? '')
  const names = ['X-Amz-Credential', 'X-Amz-Signature', 'X-Amz-SignedHeaders', 'X-Amz-Date', 'X-Amz-Expires']
  const missing = names
    .filter(name => (query.get(name.toLowerCase()) ?? '') === '')
    .map(name => `AWS query-string parameters must include '${name}'.`)
  if (missing.length > 0) throw incomplete(missing.join(' '))
  return {
    scope: scopeIn(request),
    signedHeaders: query.get('x-amz-signedheaders') ?? '',
    signature: signatureIn(query.get('x-amz-signature') ?? ''),
    date: dateIn(query.get('x-amz-date') ?? ''),
    sessionToken: query.get('x-amz-security-token') ?? request.header('x-amz-security-token'),
    expiresSeconds: expirySeconds(query.get('x-amz-expires') ?? ''),
  }
}

function expirySeconds(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw incomplete('X-Amz-Expires should be a number')
  const seconds = Number(text)
  if (seconds < 0) throw incomplete('X-Amz-Expires must be non-negative')
  if (seconds === 0) throw incomplete('X-Amz-Expires must be greater than 0 seconds.')
  if (seconds > expiresSecondsMax)
    throw incomplete(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${expiresSecondsMax} seconds`,
    )
  return seconds
}
/** Seven days. */
const expiresSecondsMax = 604_800

function assertAlgorithm(named: string): void {
  if (named === asymmetric) throw new Problem({ code: 'SignatureAlgorithmUnknown' })
  if (named !== algorithm) throw incomplete(`Authorization header requires the algorithm ${algorithm}.`)
}

function scopeIn(request: WireRequest): CredentialScope {
  const scope = credentialScope(request)
  if (scope === undefined || scope.region === '')
    throw incomplete('Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.')
  return scope
}

function dateIn(text: string): string {
  if (!/^\d{8}T\d{6}Z$/.test(text)) throw incomplete(`Date must be in ISO-8601 'basic format'. Got '${text.slice(0, 32)}'.`)
  return text
}

const signatureIn = (text: string): string => (/^[0-9a-f]{64}$/.test(text) ? text : '')
