import { Problem } from '#model/problem.ts'
import type { Context } from '#domain/context.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { pkiAddress } from './address.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { PkiSite } from './site.ts'

/** A question in base64 has slashes, encoded or not (RFC 6960 A.1): what stands behind `/ocsp/` is one segment. The others need no encoding. */
function segmentsOf(rawPath: string): readonly string[] {
  const [tenant = '', file = '', ...rest] = rawPath.replace(/^\/+/, '').split('/')
  const question = rest.join('/')
  return question === '' ? [tenant, file] : [tenant, file, decoded(question)]
}

/** What is encoded wrongly is no base64 either, and answered as that. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** What tenants' certificate authorities publish, for everybody: `pki.{domain}`. */
export const pkiProtocol = (domain: string): Protocol<Context, PkiSite> => ({
  name: 'pki',
  plane: 'pki',
  ...pkiAddress(domain),
  operations,
  readPath: (_segments, rawPath) => segmentsOf(rawPath),
  routeBeforeToken: true,
  locate: async () => Promise.resolve({ domain }),
  async authenticate() {
    return Promise.reject(new Problem({ code: 'TokenMissing' }))
  },
  checkVersion: () => undefined,
  refuse,
  headers: () => ({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' }),
  correlationId: () => undefined,
})
