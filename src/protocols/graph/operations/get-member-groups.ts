import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { inSet, noQuery } from '#protocols/graph/addressed.ts'
import { objectInSet } from '#protocols/graph/directory-objects.ts'
import { contextUrl } from '#protocols/graph/lists.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

/** Ids of the groups that it is in, directly or through others: all of them are security groups. */
export const getMemberGroups = graphOperation({
  name: 'DirectoryObjectGetMemberGroups',
  method: 'POST',
  path: '/v1.0/{objects}/{id}/getMemberGroups',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: inSet,
  query: noQuery,
  body: { json: z.object({ securityEnabledOnly: z.boolean().nullish() }) },
  async handle(context, call, { site, params }) {
    const object = await objectInSet(context, call, { tenantId: tenantOfCaller(call), set: params.objects, id: params.id })
    const value = context.identity.memberships.groupsOf(object.id).filter(id => id !== object.id)
    return json(200, { '@odata.context': contextUrl(site, 'Collection(Edm.String)'), value })
  },
})
