import { Problem, problemKinds, type ProblemBody } from '#model/problem.ts'
import type { ProblemKind } from '#model/problem-kind.ts'
import type { Needs } from '#domain/context.ts'
import { claimsChallenge } from '#protocols/azure/claims-challenge.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { Refusal } from '#protocols/http/protocol.ts'
import { correlationIdOf } from './correlation-id.ts'
import type { GraphSite } from './site.ts'

interface Words {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** What a code without words of its own is here (identity-and-arm.md 3.5). */
const fallback: Readonly<Record<ProblemKind, Words>> = {
  invalid: { status: 400, code: 'Request_BadRequest', message: 'The request is malformed or incorrect.' },
  unauthenticated: { status: 401, code: 'InvalidAuthenticationToken', message: 'Access token validation failure.' },
  forbidden: { status: 403, code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' },
  missing: { status: 404, code: 'Request_ResourceNotFound', message: 'The resource does not exist.' },
  method: { status: 405, code: 'Request_BadRequest', message: 'Specified HTTP method is not allowed for the request target.' },
  conflict: { status: 409, code: 'Request_MultipleObjectsWithSameKeyValue', message: 'The request contradicts what is there.' },
  precondition: { status: 412, code: 'Request_PreconditionFailed', message: 'A precondition of the request does not hold.' },
  tooLarge: { status: 413, code: 'Request_BadRequest', message: 'The request is too large.' },
  mediaType: { status: 415, code: 'Request_BadRequest', message: 'The content type of the request is not supported.' },
  misdirected: { status: 421, code: 'Request_BadRequest', message: 'This host is not served here.' },
  throttled: { status: 429, code: 'TooManyRequests', message: 'Too many requests.' },
  unavailable: { status: 503, code: 'serviceNotAvailable', message: 'The service is temporarily unavailable. Please try again.' },
}

const bug: Words = { status: 500, code: 'InternalServerError', message: 'An error occurred inside; the log has it by the request-id.' }

const tokenSentences: Readonly<Partial<Record<ProblemBody['code'], string>>> = {
  TokenMissing: 'Access token is empty.',
  TokenMalformed: 'CompactToken parsing failed with error code: 80049217',
  TokenSignatureInvalid: 'Access token validation failure. Invalid signature.',
  TokenAudienceInvalid: 'Access token validation failure. Invalid audience.',
  TokenIssuerInvalid: 'Access token validation failure. Invalid issuer.',
  TokenExpired: 'Lifetime validation failed, the token is expired.',
  TokenNotYetValid: 'Lifetime validation failed, the token is not yet valid.',
  TokenRevoked: 'Access token validation failure. The principal or the credential of the token is no longer there.',
}

/** Graph's sentence where it has one of its own; one that says nothing takes its kind's. */
function sentenceOf(problem: ProblemBody): string | undefined {
  if (problem.code === 'DirectoryObjectNotFound')
    return `Resource '${problem.details.id}' does not exist or one of its queried reference-property objects are not present.`
  if (problem.code === 'EntitlementEnabled') return 'Property value cannot be deleted or updated unless it is disabled first.'
  if (problem.code === 'DomainNotVerified')
    return `Values of identifierUris property must use a verified domain of the organization or its subdomain: '${problem.details.name}'`
  if (problem.code === 'MalformedRequest') return `The request is malformed: ${problem.details.reason}.`
  if (problem.code === 'NotSupported' || problem.code === 'Conflict') return problem.details.message
  if (problem.code === 'InvalidBody' || problem.code === 'InvalidParameter') return ofMember(problem.details)
  return tokenSentences[problem.code]
}

/** The member is named in front of what is wrong with it. */
const ofMember = ({ name, message }: { readonly name?: string; readonly message: string }): string =>
  name === undefined || name === '' ? message : `Invalid value specified for property '${name}': ${message}`

function wordsOf(problem: ProblemBody, path: string): Words {
  const words = fallback[problemKinds[problem.code]]
  if (problem.code === 'UnknownRoute')
    return { status: 400, code: 'BadRequest', message: `Resource not found for the segment '${segmentOf(path)}'.` }
  const code = codes[problem.code] ?? words.code
  return { ...words, code, message: sentenceOf(problem) ?? words.message }
}

/** Codes of its own; all others have their kind's. */
const codes: Readonly<Partial<Record<ProblemBody['code'], string>>> = {
  NotSupported: 'Request_UnsupportedQuery',
  EntitlementEnabled: 'CannotDeleteOrUpdateEnabledEntitlement',
  DomainNotVerified: 'HostNameNotOnVerifiedDomain',
}

const segmentOf = (path: string): string => (path.split('/').find((segment, at) => at > 1 && segment !== '') ?? '').slice(0, 128)

/** Graph's error object; a 401 says where tokens are to be had. */
export function refuse(context: Needs<'instance'>, { error, request, requestId, call }: Refusal<GraphSite>): Answer {
  const problem = error instanceof Problem ? error.body : undefined
  const { status, code, message } = problem === undefined ? bug : wordsOf(problem, request.path)
  const body = {
    error: {
      code,
      message,
      innerError: {
        date: Temporal.Instant.fromEpochMilliseconds(call.at).toString({ smallestUnit: 'second' }).slice(0, -1),
        'request-id': requestId,
        'client-request-id': correlationIdOf(request) ?? requestId,
      },
    },
  }
  const retry = problem === undefined ? undefined : retryAfterOf(problem)
  const answer = json(status, body, {
    ...(retry !== undefined && { 'retry-after': retry.toString() }),
    ...(status === 401 && {
      'www-authenticate': challenge(`https://login.${context.instance.domain}${request.portSuffix}`, claimsChallenge(error)),
    }),
  })
  return { ...answer, code }
}

const notReadySeconds = 5

const retryAfterOf = ({ code, details }: ProblemBody): number | undefined =>
  code === 'Busy' || code === 'Throttled' ? details.retryAfterSeconds : code === 'NotReady' ? notReadySeconds : undefined

const challenge = (login: string, claims: string): string =>
  `Bearer realm="", authorization_uri="${login}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"${claims === '' ? '' : `, ${claims}`}`
