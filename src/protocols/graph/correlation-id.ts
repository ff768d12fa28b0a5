import type { WireRequest } from '#protocols/http/request.ts'

/** `client-request-id`, where it is a GUID. */
export function correlationIdOf(request: WireRequest): string | undefined {
  const given = request.header('client-request-id') ?? ''
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(given) ? given.toLowerCase() : undefined
}
