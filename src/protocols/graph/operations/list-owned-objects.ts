import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { inSet } from '#protocols/graph/addressed.ts'
import { anyEntity, objectInSet, objectsOwnedBy } from '#protocols/graph/directory-objects.ts'
import { listAnswer, listQuery, type ListQuery } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import type { GraphSite } from '#protocols/graph/site.ts'
import type { WireRequest } from '#protocols/http/request.ts'

/** Of one noun alone, by OData's cast segment. */
const ownedCast = z
  .string()
  .regex(/^microsoft\.graph\.(?:application|group|servicePrincipal)$/i, 'not a type that is here')
  .transform(text => text.slice('microsoft.graph.'.length).toLowerCase())
  .optional()

interface Asked {
  readonly site: GraphSite
  readonly request: WireRequest
  readonly query: ListQuery
  readonly ownerId: string
  readonly type: string | undefined
}

async function answerOf(context: Context, call: Call, { ownerId, type, ...asked }: Asked) {
  const owned = objectsOwnedBy(context, call, { tenantId: tenantOfCaller(call), ownerId })
  const found = owned.filter(({ value }) => type === undefined || value.type.toLowerCase() === type)
  return listAnswer(context, call, {
    ...asked,
    entity: anyEntity,
    found: async filter => found.filter(({ value }) => filter.matches(value)),
  })
}

/** What the user who speaks owns: applications, principals, groups (identity-and-arm.md 3.5). */
export const listMyOwnedObjects = graphOperation({
  name: 'MeListOwnedObjects',
  method: 'GET',
  path: '/v1.0/me/ownedObjects/{cast?}',
  permissions: 'authenticated',
  params: z.object({ cast: ownedCast }),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, request }) {
    if (call.who.kind !== 'user') {
      call.ruling = { allowed: false, because: 'no-user' }
      throw new Problem({ code: 'DirectoryAccessDenied' })
    }
    return answerOf(context, call, { site, request, query, ownerId: call.who.id, type: params.cast })
  },
})

export const listOwnedObjects = graphOperation({
  name: 'DirectoryObjectListOwned',
  method: 'GET',
  path: '/v1.0/{objects}/{id}/ownedObjects/{cast?}',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: inSet.extend({ cast: ownedCast }),
  query: listQuery,
  body: { none: true },
  async handle(context, call, { site, params, query, request }) {
    const { id: ownerId, type } = await objectInSet(context, call, { tenantId: tenantOfCaller(call), set: params.objects, id: params.id })
    if (type !== 'user' && type !== 'servicePrincipal') throw new Problem({ code: 'UnknownRoute' })
    return answerOf(context, call, { site, request, query, ownerId, type: params.cast })
  },
})
