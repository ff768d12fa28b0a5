import type { WireRequest } from '#protocols/http/request.ts'
import { kindOf, untouched, type Left } from './rate-limits.ts'

const sane = /^[\w.:{}-]{1,128}$/
const saneHeader = (request: WireRequest, name: string): string | undefined => {
  const value = request.header(name)
  return value !== undefined && sane.test(value) ? value : undefined
}

/** The caller's own id of a chain of requests. */
export const correlationIdOf = (request: WireRequest): string | undefined =>
  saneHeader(request, 'x-ms-correlation-request-id') ?? saneHeader(request, 'x-ms-client-request-id')

/** Of the subscription that the path names, else of the tenant. */
function limitsOf({ method, segments }: WireRequest, counted: Left | undefined): Readonly<Record<string, string>> {
  const kind = kindOf(method)
  const { own, all } = counted ?? untouched(kind)
  if (segments[0]?.toLowerCase() !== 'subscriptions' || segments.length === 1)
    return { [`x-ms-ratelimit-remaining-tenant-${kind}`]: own.toString() }
  return {
    [`x-ms-ratelimit-remaining-subscription-${kind}`]: own.toString(),
    [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: all.toString(),
  }
}

/** What every answer of ARM carries (identity-and-arm.md 2.3). */
export function headersOf({
  request,
  requestId,
  left,
}: {
  readonly request: WireRequest
  readonly requestId: string
  /** Of the rate limits; `undefined` where nothing was counted. */
  readonly left: Left | undefined
}): Readonly<Record<string, string>> {
  const echoed =
    request.header('x-ms-return-client-request-id')?.toLowerCase() === 'true' ? saneHeader(request, 'x-ms-client-request-id') : undefined
  return {
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    expires: '-1',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-ms-request-id': requestId,
    'x-ms-correlation-request-id': saneHeader(request, 'x-ms-correlation-request-id') ?? requestId,
    'x-ms-routing-request-id': `LOCAL:${requestId}`,
    ...limitsOf(request, left),
    ...(echoed !== undefined && { 'x-ms-client-request-id': echoed }),
  }
}
