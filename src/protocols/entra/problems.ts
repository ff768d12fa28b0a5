import { Problem, problemKinds, type ProblemBody } from '#model/problem.ts'
import type { ProblemKind } from '#model/problem-kind.ts'
import type { Needs } from '#domain/context.ts'
import { json, type Answer } from '#protocols/http/answer.ts'
import type { Refusal } from '#protocols/http/protocol.ts'
import { correlationIdOf } from './correlation-id.ts'
import { errorPage } from './pages/plain-pages.ts'
import type { EntraSite } from './site.ts'

interface Words {
  readonly status: number
  readonly error: string
  /** AADSTS number. */
  readonly code: number
  readonly message: string
  readonly suberror?: string
}

const malformed = (status: number, message: string): Words => ({ status, error: 'invalid_request', code: 9002313, message })

/** What a code without words of its own is here (identity-and-arm.md 1.7; Microsoft's published list of AADSTS numbers). */
const fallback: Readonly<Record<ProblemKind, Words>> = {
  invalid: malformed(400, 'Invalid request. Request is malformed or invalid.'),
  unauthenticated: { status: 401, error: 'invalid_client', code: 7000218, message: 'The request carries no credential.' },
  forbidden: { status: 403, error: 'access_denied', code: 65004, message: 'Access denied.' },
  missing: malformed(404, 'Invalid request. Nothing is served at this address.'),
  method: { status: 405, error: 'invalid_request', code: 900561, message: 'The endpoint does not accept requests of this method.' },
  conflict: malformed(409, 'The request contradicts another one.'),
  precondition: malformed(412, 'A precondition of the request does not hold.'),
  tooLarge: malformed(413, 'Invalid request. The request is too large.'),
  mediaType: malformed(400, 'Invalid request. The body must be application/x-www-form-urlencoded.'),
  misdirected: malformed(421, 'This host is not served here.'),
  throttled: { status: 429, error: 'temporarily_unavailable', code: 50196, message: 'Too many requests.' },
  unavailable: { status: 503, error: 'temporarily_unavailable', code: 90033, message: 'A transient error has occurred. Please try again.' },
}

/** A bug says nothing of itself. */
const bug: Words = {
  status: 500,
  error: 'server_error',
  code: 50000,
  message: 'There was an issue issuing a token or an issue with our sign-in service.',
}

function wordsOf(problem: ProblemBody): Words {
  if (problem.code === 'OAuthRefused') return problem.details
  if (problem.code === 'TenantNotFound')
    return {
      status: 400,
      error: 'invalid_request',
      code: 90002,
      message: `Tenant '${problem.details.tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`,
    }
  const said = sentenceOf(problem)
  const words = fallback[problemKinds[problem.code]]
  return said === undefined ? words : { ...words, message: `Invalid request. ${said.replace(/\.$/, '')}.` }
}

/** What the front door found wrong, never with a value in it. */
function sentenceOf(problem: ProblemBody): string | undefined {
  if (problem.code === 'MalformedRequest') return problem.details.reason
  if (problem.code === 'InvalidBody' || problem.code === 'InvalidParameter') return problem.details.message
  return undefined
}

const notReadySeconds = 5

const retryAfterOf = ({ code, details }: ProblemBody): number | undefined =>
  code === 'Busy' || code === 'Throttled' ? details.retryAfterSeconds : code === 'NotReady' ? notReadySeconds : undefined

/** What a browser shows is a page; who says that he reads pages is shown one, whatever he did. */
const pages = new Set(['Authorize', 'DevicePageGet', 'LogOut'])
const wantsPage = ({ call, request }: Refusal<EntraSite>): boolean =>
  pages.has(call.operation) || (request.header('accept') ?? '').includes('text/html')

/** Entra's error object, with every member (identity-and-arm.md 1.7), or a page that says the same. Clients print `error_description` as it is. */
export function refuse(context: Needs<'instance'>, refusal: Refusal<EntraSite>): Answer {
  const { error, request, requestId, call } = refusal
  const problem = error instanceof Problem ? error.body : undefined
  const words = problem === undefined ? bug : wordsOf(problem)
  const timestamp = `${Temporal.Instant.fromEpochMilliseconds(call.at).toString({ smallestUnit: 'second' }).slice(0, -1).replace('T', ' ')}Z`
  const said = { ...words, requestId, correlationId: correlationIdOf(request) ?? requestId, timestamp }
  const retryAfter = problem === undefined ? undefined : retryAfterOf(problem)
  const answer = wantsPage(refusal) ? errorPage({ ...said, code: `AADSTS${words.code}` }) : errorObject(context, refusal, said)
  const headers = { ...answer.headers, ...(retryAfter !== undefined && { 'retry-after': retryAfter.toString() }) }
  return { ...answer, headers, code: `AADSTS${words.code}` }
}

interface Said extends Words {
  readonly requestId: string
  readonly correlationId: string
  readonly timestamp: string
}

function errorObject({ instance }: Needs<'instance'>, { request, site }: Refusal<EntraSite>, said: Said): Answer {
  const { status, error, code, message, suberror, requestId, correlationId, timestamp } = said
  return json(
    status,
    {
      error,
      error_description: `AADSTS${code}: ${message} Trace ID: ${requestId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [code],
      timestamp,
      trace_id: requestId,
      correlation_id: correlationId,
      ...(suberror !== undefined && { suberror }),
      error_uri: `${site?.baseUrl ?? `https://login.${instance.domain}`}/error?code=${code}`,
    },
    // RFC 6749 5.2: who tried by HTTP Basic is told so.
    status === 401 && request.header('authorization') !== undefined ? { 'www-authenticate': 'Basic realm="token"' } : {},
  )
}
