import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import { armList } from '#protocols/arm/lists.ts'
import { setShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery, atGroup, inGroup } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskEncryptionSetListByGroup = armOperation({
  name: 'DiskEncryptionSetListByGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/diskEncryptionSets',
  permissions: ['diskSet.read'],
  scope: atGroup,
  params: inGroup,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, request }) {
    const group = await groupNamed(context, call, params)
    const inside = context.diskEncryptionSets.all(call, compartmentOfGuid(params.subscriptionId), ({ value }) =>
      standsIn(value.scope, group.value.scope),
    )
    return armList(
      site,
      request,
      inside.map(held => setShape(context, held)),
    )
  },
})
