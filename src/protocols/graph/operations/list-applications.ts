import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { isOwn } from '#domain/identity/change-application.ts'
import type { HeldApplication } from '#domain/identity/directory.ts'
import type { Application } from '#domain/identity/records.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { parseFilter, type Filter, type Members } from '#protocols/graph/filter.ts'
import { listAnswer, listQuery, refuseUnsupported } from '#protocols/graph/lists.ts'
import { applicationShown } from '#protocols/graph/shapes.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

const members: Members<Application> = {
  id: value => value.id,
  appId: value => value.appId,
  displayName: value => value.displayName,
  identifierUris: value => value.identifierUris,
}

/** By client id one look-up does; every other filter walks the tenant's applications. */
async function matching(context: Context, call: Call, filter: Filter<Application>): Promise<readonly HeldApplication[]> {
  const tenantId = tenantOfCaller(call)
  const keep = (value: Application): boolean => isOwn(value) && filter.matches(value)
  const appId = filter.equal('appId')
  if (appId === undefined) return context.applications.all(call, compartmentOfGuid(tenantId), held => keep(held.value))
  const indexed = context.identity.index.application(tenantId, appId.toLowerCase())
  const held = indexed && (await context.applications.get(call, indexed.compartment, indexed.path))
  return held !== undefined && keep(held.value) ? [held] : []
}

export const listApplications = graphOperation({
  name: 'ApplicationList',
  method: 'GET',
  path: '/v1.0/applications',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: z.object({}),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, query, request }) {
    refuseUnsupported(query)
    const found = await matching(context, call, parseFilter(query.$filter, members))
    return listAnswer({ baseUrl: site.baseUrl, path: 'applications', request, query }, found, applicationShown)
  },
})
