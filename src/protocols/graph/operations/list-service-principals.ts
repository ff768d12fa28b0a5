import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { HeldPrincipal } from '#domain/identity/directory.ts'
import type { ServicePrincipal } from '#domain/identity/records.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { parseFilter, type Filter, type Members } from '#protocols/graph/filter.ts'
import { listAnswer, listQuery, refuseUnsupported } from '#protocols/graph/lists.ts'
import { principalNames, principalShown } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

const members: Members<ServicePrincipal> = {
  id: value => value.id,
  appId: value => value.appId,
  displayName: value => value.displayName,
  accountEnabled: value => value.enabled,
  servicePrincipalNames: principalNames,
  servicePrincipalType: value => (value.kind === 'application' ? 'Application' : 'ManagedIdentity'),
}

/** By client id one look-up does; every other filter walks the tenant's principals. */
async function matching(context: Context, call: Call, filter: Filter<ServicePrincipal>): Promise<readonly HeldPrincipal[]> {
  const tenantId = tenantOfCaller(call)
  const appId = filter.equal('appId')
  if (appId === undefined) return context.servicePrincipals.all(call, compartmentOfGuid(tenantId), held => filter.matches(held.value))
  const indexed = context.identity.index.servicePrincipalOfApp(tenantId, appId.toLowerCase())
  const held = indexed && (await context.servicePrincipals.get(call, indexed.compartment, indexed.path))
  return held !== undefined && filter.matches(held.value) ? [held] : []
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
    refuseUnsupported(query)
    const found = await matching(context, call, parseFilter(query.$filter, members))
    return listAnswer({ baseUrl: site.baseUrl, path: 'servicePrincipals', request, query }, found, principalShown)
  },
})
