import { z } from 'zod'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { isOwn } from '#domain/identity/change-application.ts'
import type { HeldApplication } from '#domain/identity/directory.ts'
import type { Application } from '#domain/identity/records.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { applicationEntity } from '#protocols/graph/entities.ts'
import type { Filter } from '#protocols/graph/filter.ts'
import { listAnswer, listQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'

/** By client id one look-up does; every other filter walks the tenant's applications. */
export async function matchingApplications(context: Context, call: Call, filter: Filter<Application>): Promise<readonly HeldApplication[]> {
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
    return listAnswer(context, call, {
      site,
      request,
      query,
      entity: applicationEntity,
      found: async filter => matchingApplications(context, call, filter),
    })
  },
})
