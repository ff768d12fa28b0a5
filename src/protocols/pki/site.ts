import type { Context } from '#domain/context.ts'
import { operation } from '#protocols/http/operation.ts'

/** One host for every tenant's authority: the path names the tenant. */
export interface PkiSite {
  readonly domain: string
}

export const pkiOperation = operation<Context, PkiSite>()
