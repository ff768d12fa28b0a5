import { diskArmId } from '#domain/disks/set-place.ts'
import { patchDisk } from '#domain/disks/set-disk.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { diskPatch } from '#protocols/arm/compute-bodies.ts'
import { askLinked, atDisk, diskShape, ofDisk } from '#protocols/arm/compute-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { etagOf, refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskPatchOperation = armOperation({
  name: 'DiskPatch',
  method: 'PATCH',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{disk}',
  permissions: ['disk.write'],
  linked: ['diskSet.read'],
  scope: atDisk,
  params: ofDisk,
  query: anyQuery,
  body: armJson(diskPatch),
  async handle(context, call, { params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: diskArmId(params) })
    const disk = await patchDisk(context, call, {
      ...params,
      ...body,
      permit: permit('disk.write'),
      mayUseSet: set => askLinked(permit, 'diskSet.read', set),
    })
    return json(200, diskShape(disk), etagOf(disk))
  },
})
