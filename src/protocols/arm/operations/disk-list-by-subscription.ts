import { machineOfDisk } from '#domain/machines/machine-place.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { subscriptionScope } from '#domain/resources/scopes.ts'
import { armList } from '#protocols/arm/lists.ts'
import { diskShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery, inSubscription } from '#protocols/arm/params.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskListBySubscription = armOperation({
  name: 'DiskListBySubscription',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/disks',
  permissions: 'authenticated',
  linked: ['disk.read'],
  params: inSubscription,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const reading = { ask: permit, permission: 'disk.read', on: subscriptionScope(params.subscriptionId) } as const
    return armList(
      site,
      request,
      context.disks
        .all(call, compartmentOfGuid(params.subscriptionId), readableIn(context, call, reading))
        .map(one => diskShape(one, machineOfDisk(context, call, one))),
    )
  },
})
