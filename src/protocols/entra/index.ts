import type { Context } from '#domain/context.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { correlationIdOf } from './correlation-id.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { EntraSite } from './site.ts'

/** The tenant's token service, at `login.{domain}`. Everything on it is public: whoever comes has no token yet. */
export function entraProtocol(domain: string): Protocol<Context, EntraSite> {
  const host = `login.${domain}`
  return {
    name: 'entra',
    plane: 'login',
    serves: hostname => hostname === host,
    operations,
    routeBeforeToken: true,
    locate: async (_context, _call, request) => ({ baseUrl: `https://${request.host}`, portSuffix: request.portSuffix }),
    authenticate: async () => {
      throw new Error('an operation of the token service is public')
    },
    checkVersion: () => undefined,
    refuse,
    headers(_context, { request, requestId }) {
      const correlationId = correlationIdOf(request)
      return {
        'cache-control': 'no-store, no-cache',
        pragma: 'no-cache',
        'x-content-type-options': 'nosniff',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-ms-request-id': requestId,
        ...(correlationId !== undefined && { 'client-request-id': correlationId }),
      }
    },
    correlationId: correlationIdOf,
  }
}
