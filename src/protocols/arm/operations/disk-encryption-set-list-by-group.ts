import { compartmentOfGuid } from '#domain/instance.ts'
import { groupNamed } from '#domain/resources/groups.ts'
import { groupScope } from '#domain/resources/scopes.ts'
import { armList } from '#protocols/arm/lists.ts'
import { setShape } from '#protocols/arm/compute-shapes.ts'
import { anyQuery, inGroup } from '#protocols/arm/params.ts'
import { readableIn } from '#protocols/arm/readers.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskEncryptionSetListByGroup = armOperation({
  name: 'DiskEncryptionSetListByGroup',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/diskEncryptionSets',
  permissions: 'authenticated',
  linked: ['diskSet.read'],
  params: inGroup,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    const on = groupScope(params.subscriptionId, params.group)
    const readable = readableIn(context, call, { ask: permit, permission: 'diskSet.read', on })
    await groupNamed(context, call, params)
    const inside = context.diskEncryptionSets.all(call, compartmentOfGuid(params.subscriptionId), readable)
    return armList(
      site,
      request,
      inside.map(held => setShape(context, held)),
    )
  },
})
