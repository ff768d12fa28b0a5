import { deleteDisk } from '#domain/disks/delete-disk.ts'
import { diskArmId } from '#domain/disks/set-place.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { empty } from '#protocols/http/answer.ts'
import { atDisk, ofDisk } from '#protocols/arm/compute-shapes.ts'
import { goneAnswer } from '#protocols/arm/done-answer.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskDelete = armOperation({
  name: 'DiskDelete',
  method: 'DELETE',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{disk}',
  permissions: ['disk.delete'],
  scope: atDisk,
  params: ofDisk,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { site, params, permit, request }) {
    await refuseUnmet(context, call, { request, armId: diskArmId(params) })
    const disk = await context.disks.get(call, compartmentOfGuid(params.subscriptionId), [diskArmId(params).toLowerCase()])
    if (disk === undefined) return empty(204)
    await deleteDisk(context, call, { permit: permit('disk.delete'), disk })
    return goneAnswer({ site, call, request }, disk.value)
  },
})
