import type { WireRequest } from '#protocols/http/request.ts'

const versionDefault = '2018-03-28'
const idCharactersMax = 1024

/** The caller's own id, echoed as it came. */
export function clientRequestId(request: WireRequest): string | undefined {
  const id = request.header('x-ms-client-request-id')
  return id === undefined || id.length > idCharactersMax ? undefined : id
}

/** The version that was asked for: by the header, else by the link. It changes nothing here. */
function versionOf(request: WireRequest): string {
  const asked = request.header('x-ms-version') ?? request.query.get('sv')
  return asked !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(asked) ? asked : versionDefault
}

/** The header set of every answer. */
export function headersOf({
  request,
  requestId,
}: {
  readonly request: WireRequest
  readonly requestId: string
}): Readonly<Record<string, string>> {
  const id = clientRequestId(request)
  return {
    'cache-control': 'no-store',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-ms-request-id': requestId,
    'x-ms-version': versionOf(request),
    ...(id !== undefined && { 'x-ms-client-request-id': id }),
  }
}
