import type { Context } from '#domain/context.ts'
import { operation } from '#protocols/http/operation.ts'

/** The login host as the caller reaches it: `https://login.D[:port]`. Documents, issuers and audiences carry that port. */
export interface EntraSite {
  readonly baseUrl: string
  /** Of this host's own pages: where their forms come from. */
  readonly origin: string
  readonly portSuffix: string
}

export const entraOperation = operation<Context, EntraSite>()
