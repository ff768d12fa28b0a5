import { imageBytes, readImage } from '#domain/disks/disk-image.ts'
import { assertPermits } from '#domain/access/permit.ts'
import { blobHeaders, blobQuery, ofBlob, refuseOtherBlob, refuseWithoutKey } from '#protocols/diskaccess/blob.ts'
import { rangeOf } from '#protocols/diskaccess/ranges.ts'
import { accessOperation } from '#protocols/diskaccess/site.ts'

export const readBlob = accessOperation({
  name: 'DiskAccessRead',
  method: 'GET',
  path: '/{container}/{blob}',
  permissions: ['disk.readBytes'],
  scope: ({ site }) => site.disk.value.scope,
  resource: ({ site }) => site.disk.value.id,
  params: ofBlob,
  query: blobQuery,
  body: { none: true },
  unversioned: true,
  async handle(context, call, { site, permit, request }) {
    const { disk, reader } = site
    assertPermits(permit('disk.readBytes'), disk.value.scope)
    refuseOtherBlob(site, request)
    const size = imageBytes(disk)
    const asked = rangeOf(request, size)
    await refuseWithoutKey(context, call, site)
    const range = asked ?? { from: 0, to: size }
    const named = `bytes ${range.from}-${range.to - 1}/${size}`
    call.details.set('range', named)
    return {
      status: asked === undefined ? 200 : 206,
      headers: { ...blobHeaders(site), ...(asked !== undefined && { 'content-range': named }) },
      body: { length: range.to - range.from, pieces: readImage(context, { reader, disk, grantId: call.who.id, range }) },
    }
  },
})
