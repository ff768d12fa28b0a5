import { imageBytes, readImage } from '#domain/disks/disk-image.ts'
import { assertPermits } from '#domain/access/permit.ts'
import { blobHeaders, blobQuery, ofBlob, refuseOtherBlob, refuseWithoutKey } from '#protocols/diskaccess/blob.ts'
import { accessOperation } from '#protocols/diskaccess/site.ts'

export const getBlobProperties = accessOperation({
  name: 'DiskAccessProperties',
  method: 'HEAD',
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
    await refuseWithoutKey(context, call, site)
    const length = imageBytes(disk)
    // Its length is told; an answer to HEAD ends before the first piece (RFC 9110 9.3.2), and nothing is opened.
    const pieces = readImage(context, { reader, disk, grantId: call.who.id, range: { from: 0, to: length } })
    return { status: 200, headers: blobHeaders(site), body: { length, pieces } }
  },
})
