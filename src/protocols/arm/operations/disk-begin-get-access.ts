import { grantAccess } from '#domain/disks/access-grant.ts'
import { diskNamed } from '#domain/disks/set-place.ts'
import { accessUrl } from '#protocols/azure/access-urls.ts'
import { json } from '#protocols/http/answer.ts'
import { armJson } from '#protocols/arm/bodies.ts'
import { grantAccessBody } from '#protocols/arm/compute-bodies.ts'
import { atDisk, ofDisk } from '#protocols/arm/compute-shapes.ts'
import { anyQuery } from '#protocols/arm/params.ts'
import { armOperation } from '#protocols/arm/site.ts'

/** The link is in this answer and nowhere else: whoever loses it takes it back and asks for another. */
export const diskBeginGetAccess = armOperation({
  name: 'DiskBeginGetAccess',
  method: 'POST',
  path: '/subscriptions/{subscriptionId}/resourceGroups/{group}/providers/Microsoft.Compute/disks/{disk}/beginGetAccess',
  permissions: ['disk.beginGetAccess'],
  scope: atDisk,
  params: ofDisk,
  query: anyQuery,
  body: armJson(grantAccessBody),
  async handle(context, call, { site, params, body, permit }) {
    const { access, durationInSeconds } = body
    const disk = await diskNamed(context, call, params)
    const request = { permit: permit('disk.beginGetAccess'), disk, access, durationSeconds: durationInSeconds }
    const { link } = await grantAccess(context, call, request)
    return json(200, { accessSAS: accessUrl(link, site) })
  },
})
