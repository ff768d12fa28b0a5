import type { Context } from '#domain/context.ts'
import { Problem, problemKinds, type ProblemCode, type ProblemDetails } from '#model/problem.ts'
import type { ProblemKind } from '#model/problem-kind.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { Refusal, Speaking } from '#protocols/http/protocol.ts'
import type { WireRequest } from '#protocols/http/request.ts'
import type { MachineSite } from './site.ts'

interface Words {
  readonly status: number
  readonly error: string
  readonly description: string
}

const words = (status: number, error: string, description: string): Words => ({ status, error, description })

const byKind: Readonly<Record<ProblemKind, Words>> = {
  invalid: words(400, 'invalid_request', 'The request is invalid.'),
  unauthenticated: words(401, 'unauthorized', 'The request could not be authenticated.'),
  forbidden: words(403, 'forbidden', 'The request is forbidden.'),
  missing: words(404, 'not_found', 'The requested resource was not found.'),
  method: words(405, 'method_not_allowed', 'The method is not allowed here.'),
  conflict: words(409, 'conflict', 'The request conflicts with the state of the machine.'),
  precondition: words(412, 'precondition_failed', 'A condition of the request does not hold.'),
  tooLarge: words(413, 'request_too_large', 'The request body is too large.'),
  mediaType: words(415, 'unsupported_media_type', 'The media type is not supported.'),
  misdirected: words(421, 'misdirected_request', 'This host is not served here.'),
  throttled: words(429, 'too_many_requests', 'Too many requests.'),
  unavailable: words(503, 'service_unavailable', 'The service is not available now.'),
}

const badVersion = (): Words => words(400, 'bad_request', 'api-version is invalid or was not specified in the request')
/** The machine itself may be gone: not 404 or 410, which clients ask again for a minute. */
const notFound = (): Words => words(400, 'invalid_request', 'Identity not found')

type Table = { readonly [C in ProblemCode]?: (details: ProblemDetails<C>) => Words }

/** Clients know the first of these by their probe, and tell the others by status and error (identity-and-arm.md 1.9). */
const table: Table = {
  MetadataHeaderMissing: () => words(400, 'bad_request_102', 'Required metadata header not specified'),
  ForwardedRequest: () => words(400, 'bad_request', 'Requests that were forwarded (X-Forwarded-For) are not served'),
  IdentityUnknown: notFound,
  ResourceNotFound: notFound,
  IdentityHeaderInvalid: () => words(401, 'unauthorized', 'The X-IDENTITY-HEADER of the request is missing or wrong.'),
  ApiVersionMissing: badVersion,
  ApiVersionMalformed: badVersion,
  ApiVersionTooOld: badVersion,
  InvalidParameter: ({ name, message }) =>
    words(400, name === 'resource' && message.startsWith('AADSTS') ? 'invalid_resource' : 'invalid_request', message),
}

function wordsOf<C extends ProblemCode>({ code, details }: { readonly code: C; readonly details: ProblemDetails<C> }): Words {
  return table[code]?.(details) ?? byKind[problemKinds[code]]
}

export const isAppService = ({ segments }: Pick<WireRequest, 'segments'>): boolean => segments[0]?.toLowerCase() === 'msi'

export function refuse(_context: Speaking<Context>, { error, request }: Refusal<MachineSite>): Answer {
  const said =
    error instanceof Problem
      ? wordsOf<ProblemCode>({ code: error.body.code, details: error.body.details })
      : words(500, 'internal_error', 'An internal error occurred.')
  const body = isAppService(request)
    ? { statusCode: said.status, message: said.description }
    : { error: said.error, error_description: said.description }
  return { ...json(said.status, body, said.status === 503 ? { 'retry-after': '1' } : {}), code: said.error }
}
