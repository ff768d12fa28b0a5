import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { HeldPrincipal } from '#domain/identity/directory.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { principalEntity, type ShownPrincipal } from '#protocols/graph/entities.ts'
import type { Filter } from '#protocols/graph/filter.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import type { Listed } from '#protocols/graph/order.ts'
import { withApplication } from '#protocols/graph/shown-principal.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** By client id one look-up does; every other filter walks the tenant's principals. */
export async function matchingPrincipals(
  context: Context,
  call: Call,
  filter: Filter<ShownPrincipal>,
): Promise<readonly Listed<ShownPrincipal>[]> {
  const tenantId = tenantOfCaller(call)
  const appId = filter.equal('appId')
  const shown = (held: HeldPrincipal): Listed<ShownPrincipal> => ({ ord: held.ord, value: withApplication(context, held.value) })
  if (appId === undefined)
    return context.servicePrincipals
      .all(call, compartmentOfGuid(tenantId), held => filter.matches(withApplication(context, held.value)))
      .map(shown)
  const indexed = context.identity.index.servicePrincipalOfApp(tenantId, appId.toLowerCase())
  const held = indexed && (await context.servicePrincipals.get(call, indexed.compartment, indexed.path))
  const found = held === undefined ? [] : [shown(held)]
  return found.filter(one => filter.matches(one.value))
}

export const listServicePrincipals = graphOperation({
  name: 'ServicePrincipalList',
  method: 'GET',
  path: '/v1.0/servicePrincipals',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, query, request }) {
    return listAnswer(context, call, {
      site,
      request,
      query,
      entity: principalEntity,
      found: async filter => matchingPrincipals(context, call, filter),
    })
  },
})
