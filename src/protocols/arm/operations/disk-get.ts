import { machineOfDisk } from '#domain/machines/machine-place.ts'
import { diskNamed } from '#domain/disks/set-place.ts'
import { json } from '#protocols/http/answer.ts'
import { atDisk, diskShape, ofDisk } from '#protocols/arm/compute-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { etagOf } from '#protocols/arm/preconditions.ts'
import { armOperation } from '#protocols/arm/site.ts'

export const diskGet = armOperation({
  name: 'DiskGet',
  method: 'GET',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{disk}',
  permissions: ['disk.read'],
  scope: atDisk,
  params: ofDisk,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { params }) {
    const disk = await diskNamed(context, call, params)
    return json(200, diskShape(disk, machineOfDisk(context, call, disk)), etagOf(disk))
  },
})
