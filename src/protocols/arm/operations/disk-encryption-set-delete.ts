import { compartmentOfGuid } from '#domain/instance.ts'
import { deleteSet } from '#domain/disks/delete-disk-encryption-set.ts'
import { setArmId } from '#domain/disks/set-place.ts'
import { empty } from '#protocols/http/answer.ts'
import { atSet, ofSet } from '#protocols/arm/compute-shapes.ts'
import { goneAnswer } from '#protocols/arm/done-answer.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskEncryptionSetDelete = armOperation({
  name: 'DiskEncryptionSetDelete',
  method: 'DELETE',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/diskEncryptionSets/{set}',
  permissions: ['diskSet.delete'],
  scope: atSet,
  params: ofSet,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: setArmId(params) })
    const set = await context.diskEncryptionSets.get(call, compartmentOfGuid(params.subscriptionId), [setArmId(params).toLowerCase()])
    if (set === undefined) return empty(204)
    await deleteSet(context, call, { permit: permit('diskSet.delete'), set })
    return goneAnswer({ site, call, request }, set.value)
  },
})
