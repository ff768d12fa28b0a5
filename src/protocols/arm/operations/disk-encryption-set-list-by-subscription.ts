import { compartmentOfGuid } from '#domain/instance.ts'
import { armList } from '#protocols/arm/lists.ts'
import { setShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery, atSubscription, inSubscription } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskEncryptionSetListBySubscription = armOperation({
  name: 'DiskEncryptionSetListBySubscription',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/diskEncryptionSets',
  permissions: ['diskSet.read'],
  scope: atSubscription,
  params: inSubscription,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, request }) {
    return armList(
      site,
      request,
      context.diskEncryptionSets.all(call, compartmentOfGuid(params.subscriptionId)).map(held => setShape(context, held)),
    )
  },
})
