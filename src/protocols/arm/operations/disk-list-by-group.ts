import { machineOfDisk } from '#domain/machines/machine-place.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupScope } from '#domain/resources/scopes.ts'
import { armList } from '#protocols/arm/lists.ts'
import { diskShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery, inGroup } from '#protocols/arm/params.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskListByGroup = armOperation({
  name: 'DiskListByGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks',
  permissions: 'authenticated',
  linked: ['disk.read'],
  params: inGroup,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const on = groupScope(params.subscriptionId, params.group)
    const readable = readableIn(context, call, { ask: permit, permission: 'disk.read', on })
    await groupNamed(context, call, params)
    const inside = context.disks.all(call, compartmentOfGuid(params.subscriptionId), readable)
    return armList(
      site,
      request,
      inside.map(one => diskShape(one, machineOfDisk(context, call, one))),
    )
  },
})
