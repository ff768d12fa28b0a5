import { setGroup } from '#domain/resources/groups.ts'
import { groupArmId } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson, trackedBody } from '#protocols/arm/bodies.ts'
import { anyQuery, atGroup, inGroup } from '#protocols/arm/params.ts'
import { groupShape } from '#protocols/arm/shapes.ts'
import { etagOf, refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const putGroup = armOperation({
  name: 'ResourceGroupPut',
  method: 'PUT',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}',
  permissions: ['group.write'],
  params: inGroup,
  query: anyQuery,
  body: armJson(trackedBody),
  scope: atGroup,
  resource: ({ params }) => groupArmId(params.subscriptionId, params.group),
  async handle(context, call, { params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: groupArmId(params.subscriptionId, params.group) })
    const { group, created } = await setGroup(context, call, { ...params, ...body, permit: permit('group.write') })
    return json(created ? 201 : 200, groupShape(group), etagOf(group))
  },
})
