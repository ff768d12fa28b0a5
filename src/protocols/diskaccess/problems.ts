import { Problem, problemKinds, type ProblemBody, type ProblemCode } from '#model/problem.ts'
import type { ProblemKind } from '#model/problem-kind.ts'
import type { Context } from '#domain/context.ts'
import type { Answer } from '#protocols/http/answer.ts'
import type { Refusal, Speaking } from '#protocols/http/protocol.ts'
import type { AccessSite } from './site.ts'

interface Words {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

type Rendering = { readonly [C in ProblemCode]?: (body: ProblemBody<C>) => Words }

const words = (status: number, code: string, message: string): Words => ({ status, code, message })
const retry = (seconds: number) => ({ 'retry-after': seconds.toString() })
const authentication = (detail: string): Words =>
  words(
    403,
    'AuthenticationFailed',
    `Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature. ${detail}`,
  )

/** Blob storage's own words, code by code: whoever has no right is told 403, whatever is wrong with what he shows. */
const rendering: Rendering = {
  TokenMissing: () => authentication('The signature is missing.'),
  TokenSignatureInvalid: () => authentication('Signature did not match.'),
  TokenExpired: () => authentication('Signature not valid in the specified time frame.'),
  NetworkForbidden: () => words(403, 'AuthorizationFailure', 'This request is not authorized to perform this operation.'),
  // disk-encryption.md A.7: a revoked customer's key, in the words of storage.
  DiskKeyUnavailable: ({ details }) =>
    words(403, 'KeyVaultEncryptionKeyNotFound', `The key that the disk is encrypted with cannot be used: ${details.because}.`),
  RangeNotSatisfiable: ({ details }) => ({
    ...words(416, 'InvalidRange', 'The range specified is invalid for the current size of the resource.'),
    headers: { 'content-range': `bytes */${details.sizeBytes}` },
  }),
  InvalidParameter: ({ details }) =>
    details.name === 'range'
      ? words(400, 'InvalidHeaderValue', 'The value for one of the HTTP headers is not in the correct format.')
      : words(
          400,
          'InvalidQueryParameterValue',
          `Value for one of the query parameters specified in the request URI is invalid: ${details.name}.`,
        ),
  MethodNotAllowed: () => ({
    ...words(405, 'UnsupportedHttpVerb', 'The resource does not support the specified HTTP verb.'),
    headers: { allow: 'GET, HEAD' },
  }),
  Throttled: ({ details }) => ({ ...byKind.throttled, headers: retry(details.retryAfterSeconds) }),
  Busy: ({ details }) => ({ ...byKind.unavailable, headers: retry(details.retryAfterSeconds) }),
}

const byKind: Readonly<Record<ProblemKind, Words>> = {
  invalid: words(400, 'InvalidInput', 'One of the request inputs is not valid.'),
  unauthenticated: authentication('Signature did not match.'),
  forbidden: words(
    403,
    'AuthorizationPermissionMismatch',
    'This request is not authorized to perform this operation using this permission.',
  ),
  missing: words(404, 'ResourceNotFound', 'The specified resource does not exist.'),
  method: words(405, 'UnsupportedHttpVerb', 'The resource does not support the specified HTTP verb.'),
  conflict: words(409, 'ResourceTypeMismatch', 'The specified resource is not in a state for this request.'),
  precondition: words(412, 'ConditionNotMet', 'The condition specified using HTTP conditional header(s) is not met.'),
  tooLarge: words(413, 'RequestBodyTooLarge', 'The request body is too large and exceeds the maximum permissible limit.'),
  mediaType: words(415, 'UnsupportedHeader', 'One of the headers specified in the request is not supported.'),
  misdirected: words(421, 'InvalidUri', 'The host of the request is not served here.'),
  throttled: { ...words(503, 'ServerBusy', 'The server is busy.'), headers: retry(1) },
  unavailable: { ...words(503, 'ServerBusy', 'The server is busy.'), headers: retry(5) },
}

function wordsOf(error: unknown): Words {
  if (!(error instanceof Problem)) return words(500, 'InternalError', 'The server encountered an internal error. Please retry the request.')
  const { body } = error
  // The table is keyed by the code itself: what stands under a code takes the body of that code.
  const render = rendering[body.code] as ((body: ProblemBody) => Words) | undefined // oxlint-disable-line typescript/no-unsafe-type-assertion -- see above
  return render?.(body) ?? byKind[problemKinds[body.code]]
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, character => escapes[character] ?? '')

/** `<Error><Code/><Message/></Error>`; the code in a header too, for answers to HEAD. */
export function refuse(_context: Speaking<Context>, { error, requestId }: Refusal<AccessSite>): Answer {
  const { status, code, message, headers } = wordsOf(error)
  const text = escaped(`${message}\nRequestId:${requestId}`)
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-ms-error-code': code, ...headers },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${text}</Message></Error>`,
    code,
  }
}
