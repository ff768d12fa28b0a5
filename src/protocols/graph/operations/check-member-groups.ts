import { z } from 'zod'
import { rootScope } from '#domain/resources/scopes.ts'
import { inSet, noQuery } from '#protocols/graph/addressed.ts'
import { objectInSet } from '#protocols/graph/directory-objects.ts'
import { contextUrl } from '#protocols/graph/lists.ts'
import { guid } from '#protocols/graph/values.ts'
import { graphOperation, tenantOfCaller } from '#protocols/graph/site.ts'
import { json } from '#protocols/http/answer.ts'

const groupIds = z
  .array(guid)
  .max(20, 'more than 20 ids are given')
  .transform(ids => ids.map(id => id.toLowerCase()))

/** Which of these groups it is in, directly or through others. */
export const checkMemberGroups = graphOperation({
  name: 'DirectoryObjectCheckMemberGroups',
  method: 'POST',
  path: '/v1.0/{objects}/{id}/checkMemberGroups',
  permissions: ['directory.read'],
  scope: () => rootScope,
  params: inSet,
  query: noQuery,
  body: { json: z.object({ groupIds }) },
  async handle(context, call, { site, params, body }) {
    const object = await objectInSet(context, call, { tenantId: tenantOfCaller(call), set: params.objects, id: params.id })
    const groups = context.identity.memberships.groupsOf(object.id)
    const value = [...new Set(body.groupIds)].filter(id => groups.includes(id))
    return json(200, { '@odata.context': contextUrl(site, 'Collection(Edm.String)'), value })
  },
})
