import { notNow } from '#domain/disks/arm-refusal.ts'
import { diskNamed } from '#domain/disks/set-place.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { grantAccessBody } from '#protocols/arm/compute-bodies.ts'
import { atDisk, ofDisk } from '#protocols/arm/compute-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** A link would have to lead to bytes: until there is a blob endpoint for disks, none is given out. */
export const diskBeginGetAccess = armOperation({
  name: 'DiskBeginGetAccess',
  method: 'POST',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{disk}/beginGetAccess',
  permissions: ['disk.beginGetAccess'],
  scope: atDisk,
  params: ofDisk,
  query: anyQuery,
  body: armJson(grantAccessBody),
  async handle(context, call, { params }) {
    const { value } = await diskNamed(context, call, params)
    throw notNow(
      `Access to the disk '${value.name}' by a shared access signature is not served here. Its bytes are reached over NBD: keystead disk export ${value.id}`,
    )
  },
})
