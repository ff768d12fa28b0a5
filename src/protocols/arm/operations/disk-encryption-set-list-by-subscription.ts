import { compartmentOfGuid } from '#domain/instance.ts'
import { subscriptionScope } from '#domain/resources/scopes.ts'
import { armList } from '#protocols/arm/lists.ts'
import { setShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery, inSubscription } from '#protocols/arm/params.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskEncryptionSetListBySubscription = armOperation({
  name: 'DiskEncryptionSetListBySubscription',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/providers/Microsoft.Compute/diskEncryptionSets',
  permissions: 'authenticated',
  linked: ['diskSet.read'],
  params: inSubscription,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const reading = { ask: permit, permission: 'diskSet.read', on: subscriptionScope(params.subscriptionId) } as const
    return armList(
      site,
      request,
      context.diskEncryptionSets
        .all(call, compartmentOfGuid(params.subscriptionId), readableIn(context, call, reading))
        .map(held => setShape(context, held)),
    )
  },
})
