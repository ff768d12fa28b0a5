import { machineOfDisk } from '#domain/machines/machine-place.ts'
import { diskArmId } from '#domain/disks/set-place.ts'
import { putDisk } from '#domain/disks/set-disk.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { diskBody } from '#protocols/arm/compute-bodies.ts'
import { askLinked, atDisk, diskShape, ofDisk } from '#protocols/arm/compute-shapes.ts'
import { doneAnswer } from '#protocols/arm/done-answer.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { refuseUnmet } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskPutOperation = armOperation({
  name: 'DiskPut',
  method: 'PUT',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{disk}',
  permissions: ['disk.write'],
  linked: ['diskSet.read'],
  scope: atDisk,
  params: ofDisk,
  query: anyQuery,
  body: armJson(diskBody),
  async handle(context, call, { site, params, body, permit, request }) {
    await refuseUnmet(context, call, { request, armId: diskArmId(params) })
    const { disk } = await putDisk(context, call, {
      ...params,
      ...body,
      permit: permit('disk.write'),
      mayUseSet: set => askLinked(permit, 'diskSet.read', set),
    })
    return doneAnswer({ site, call, request }, { status: 200, held: disk, resource: diskShape(disk, machineOfDisk(context, call, disk)) })
  },
})
