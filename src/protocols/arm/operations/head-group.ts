import { groupNamed } from '#domain/resources/groups.ts'
import { groupArmId } from '#domain/resources/scopes.ts'
import { empty } from '#protocols/http/answer.ts'
import { anyQuery, atGroup, inGroup } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** 204 where it is there, 404 where it is not. */
export const headGroup = armOperation({
  name: 'ResourceGroupCheck',
  method: 'HEAD',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}',
  permissions: ['group.read'],
  params: inGroup,
  query: anyQuery,
  body: { none: true },
  scope: atGroup,
  resource: ({ params }) => groupArmId(params.subscriptionId, params.group),
  async handle(context, call, { params }) {
    await groupNamed(context, call, params)
    return empty(204)
  },
})
