import type { Context } from '#domain/context.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { devicePagesAddress, entraAddress } from './address.ts'
import { correlationIdOf } from './correlation-id.ts'
import { deviceOperations, operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { EntraSite } from './site.ts'

/** The tenant's token service, at `login.{domain}`. Everything on it is public: whoever comes has no token yet. */
export function entraProtocol(domain: string): Protocol<Context, EntraSite> {
  const host = `login.${domain}`
  return {
    name: 'entra',
    plane: 'login',
    ...entraAddress(domain),
    operations,
    routeBeforeToken: true,
    locate: async (_context, _call, { host: reached, portSuffix }) => ({
      baseUrl: `https://${host}${portSuffix}`,
      origin: `https://${reached}`,
      portSuffix,
    }),
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

/**
 * The page for device codes once more, at `localhost`: a browser that knows neither our names nor our proxy reaches it (people.md 0.1).
 * Nothing else: addresses of clients, issuers and tokens are those of the login host.
 */
export const devicePagesProtocol = (domain: string): Protocol<Context, EntraSite> => ({
  ...entraProtocol(domain),
  ...devicePagesAddress,
  name: 'device-pages',
  operations: deviceOperations,
})
