import type { WireRequest } from '#protocols/http/request.ts'

const sane = /^[\w.:{}-]{1,128}$/
const saneHeader = (request: WireRequest, name: string): string | undefined => {
  const value = request.header(name)
  return value !== undefined && sane.test(value) ? value : undefined
}

/** The caller's own id of a chain of requests. */
export const correlationIdOf = (request: WireRequest): string | undefined =>
  saneHeader(request, 'x-ms-correlation-request-id') ?? saneHeader(request, 'x-ms-client-request-id')

/** Azure's published quota of an hour. Nothing is counted against it here, so it stays whole. */
const quotas: Readonly<Record<string, readonly [kind: string, left: string]>> = {
  GET: ['reads', '12000'],
  HEAD: ['reads', '12000'],
  DELETE: ['deletes', '15000'],
}

/** What every answer of ARM carries (identity-and-arm.md 2.3). */
export function headersOf({
  request,
  requestId,
}: {
  readonly request: WireRequest
  readonly requestId: string
}): Readonly<Record<string, string>> {
  const [kind, left] = quotas[request.method] ?? ['writes', '1200']
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
    [`x-ms-ratelimit-remaining-subscription-${kind}`]: left,
    ...(echoed !== undefined && { 'x-ms-client-request-id': echoed }),
  }
}
