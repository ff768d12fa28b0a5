import type { WireRequest } from '#protocols/http/request.ts'

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** `client-request-id` as a header (MSAL for Python) or in the query (msal-node); nothing but a GUID comes back or into the audit. */
export function correlationIdOf(request: WireRequest): string | undefined {
  const given = request.header('client-request-id') ?? request.query.get('client-request-id') ?? ''
  return guid.test(given) ? given.toLowerCase() : undefined
}
