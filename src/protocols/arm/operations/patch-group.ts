import { updateGroup } from '#domain/resources/groups.ts'
import { groupArmId } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson, tagsOnlyBody } from '#protocols/arm/bodies.ts'
import { anyQuery, atGroup, inGroup } from '#protocols/arm/params.ts'
import { groupShape } from '#protocols/arm/shapes.ts'
import { etagOf, refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const patchGroup = armOperation({
  name: 'ResourceGroupUpdate',
  method: 'PATCH',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}',
  permissions: ['group.write'],
  params: inGroup,
  query: anyQuery,
  body: armJson(tagsOnlyBody),
  scope: atGroup,
  resource: ({ params }) => groupArmId(params.subscriptionId, params.group),
  async handle(context, call, { params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: groupArmId(params.subscriptionId, params.group) })
    const group = await updateGroup(context, call, { ...params, tags: body.tags, permit: permit('group.write') })
    return json(200, groupShape(group), etagOf(group))
  },
})
