import type { Context } from '#domain/context.ts'
import { audiencesOf } from '#domain/identity/audiences.ts'
import { verifyToken } from '#domain/identity/verify-token.ts'
import { bearerToken } from '#protocols/azure/bearer.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { graphAddress } from './address.ts'
import { correlationIdOf } from './correlation-id.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { GraphSite } from './site.ts'

/** What is here is alike in both versions of Graph: Terraform asks for groups at `beta`. */
const inVersion = ([version = '', ...rest]: readonly string[]): readonly string[] => [version === 'beta' ? 'v1.0' : version, ...rest]

/** `users('name')` is `users/name` (OData 4.01 URL conventions 4.3.1): what az writes where a name begins with `$`. */
const withKeySegments = (segments: readonly string[]): readonly string[] =>
  segments.flatMap(segment => {
    const [, set, key] = /^(users)\('((?:[^']|'')+)'\)$/i.exec(segment) ?? []
    return set === undefined || key === undefined ? [segment] : [set, key.replaceAll("''", "'")]
  })

/** The part of Microsoft Graph that an identity needs: users, applications and service principals, at `graph.{domain}/v1.0`. */
export function graphProtocol(domain: string): Protocol<Context, GraphSite> {
  const host = `graph.${domain}`
  return {
    name: 'graph',
    plane: 'graph',
    ...graphAddress(domain),
    operations,
    readPath: segments => withKeySegments(inVersion(segments)),
    routeBeforeToken: false,
    locate: async (_context, _call, request) => ({ baseUrl: `https://${request.host}` }),
    authenticate: async (context, call, { request }) =>
      verifyToken(context, call, {
        token: bearerToken(request),
        audiences: audiencesOf('graph', { domain, portSuffix: request.portSuffix }),
        login: `https://login.${domain}${request.portSuffix}`,
        resourceName: `https://${host}`,
      }),
    // The version stands in the path.
    checkVersion: () => undefined,
    refuse,
    headers(_context, { request, requestId }) {
      const correlationId = correlationIdOf(request)
      return {
        'cache-control': 'no-store, no-cache',
        'x-content-type-options': 'nosniff',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'odata-version': '4.0',
        'request-id': requestId,
        'client-request-id': correlationId ?? requestId,
      }
    },
    correlationId: correlationIdOf,
  }
}
