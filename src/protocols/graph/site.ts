import type { Principal } from '#model/principal.ts'
import type { Context } from '#domain/context.ts'
import { operation } from '#protocols/http/operation.ts'

/** Graph as the caller reaches it: links and contexts begin with it. */
export interface GraphSite {
  readonly baseUrl: string
}

export const graphOperation = operation<Context, GraphSite>()

/** Whoever speaks sees one directory: that of his own tenant. */
export function tenantOfCaller({ who }: { readonly who: Principal }): string {
  if (who.tenant === undefined) throw new Error('a caller of Graph without a tenant')
  return who.tenant
}
