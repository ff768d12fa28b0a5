import { Problem } from '#model/problem.ts'
import type { Context } from '#domain/context.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { pkiAddress } from './address.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { PkiSite } from './site.ts'

/** What tenants' certificate authorities publish, for everybody: `pki.{domain}`. */
export const pkiProtocol = (domain: string): Protocol<Context, PkiSite> => ({
  name: 'pki',
  plane: 'pki',
  ...pkiAddress(domain),
  operations,
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
