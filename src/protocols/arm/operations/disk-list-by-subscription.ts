import { compartmentOfGuid } from '#domain/instance.ts'
import { armList } from '#protocols/arm/lists.ts'
import { diskShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery, atSubscription, inSubscription } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskListBySubscription = armOperation({
  name: 'DiskListBySubscription',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/disks',
  permissions: ['disk.read'],
  scope: atSubscription,
  params: inSubscription,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, request }) {
    return armList(site, request, context.disks.all(call, compartmentOfGuid(params.subscriptionId)).map(diskShape))
  },
})
