import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import { armList } from '#protocols/arm/lists.ts'
import { diskShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery, atGroup, inGroup } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskListByGroup = armOperation({
  name: 'DiskListByGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks',
  permissions: ['disk.read'],
  scope: atGroup,
  params: inGroup,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, request }) {
    const group = await groupNamed(context, call, params)
    const inside = context.disks.all(call, compartmentOfGuid(params.subscriptionId), ({ value }) =>
      standsIn(value.scope, group.value.scope),
    )
    return armList(site, request, inside.map(diskShape))
  },
})
