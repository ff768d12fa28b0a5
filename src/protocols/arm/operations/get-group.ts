import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId } from '#domain/resources/scopes.ts'
import { json } from '#protocols/http/answer.ts'
import { anyQuery, atGroup, inGroup } from '#protocols/arm/params.ts'
import { groupShape } from '#protocols/arm/shapes.ts'
import { etagOf } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const getGroup = armOperation({
  name: 'ResourceGroupGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}',
  permissions: ['group.read'],
  params: inGroup,
  query: anyQuery,
  body: { none: true },
  scope: atGroup,
  resource: ({ params }) => groupArmId(params.subscriptionId, params.group),
  async handle(context, call, { params }) {
    const group = await groupNamed(context, call, params)
    return json(200, groupShape(group), etagOf(group))
  },
})
