import { endAccess } from '#domain/disks/access-grant.ts'
import { diskNamed } from '#domain/disks/set-place.ts'
import { empty } from '#protocols/http/answer.ts'
import { atDisk, ofDisk } from '#protocols/arm/compute-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** From the answer on the link opens nothing; where none is out, nothing is left to take back. */
export const diskEndGetAccess = armOperation({
  name: 'DiskEndGetAccess',
  method: 'POST',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{disk}/endGetAccess',
  permissions: ['disk.endGetAccess'],
  scope: atDisk,
  params: ofDisk,
  query: anyQuery,
  body: { none: true },
  async handle(context, call, { params, permit }) {
    const disk = await diskNamed(context, call, params)
    endAccess(context, call, { permit: permit('disk.endGetAccess'), disk })
    return empty(200)
  },
})
