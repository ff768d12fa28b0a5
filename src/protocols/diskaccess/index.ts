import { Problem } from '#model/problem.ts'
import type { Context } from '#domain/context.ts'
import { bearerOf, diskOfLink } from '#domain/disks/access-link.ts'
import type { DiskReader } from '#ports/disk-reader.ts'
import { blobName, linkLabelOf } from '#protocols/azure/access-urls.ts'
import type { Protocol } from '#protocols/http/protocol.ts'
import { diskAccessAddress } from './address.ts'
import { clientRequestId, headersOf } from './headers.ts'
import { operations } from './operations/index.ts'
import { refuse } from './problems.ts'
import type { AccessSite } from './site.ts'

/** Links to the bytes of disks: one host a disk, `md-{16 hex digits}.blob.{domain}`. What a link carries is all that is asked for. */
export const diskAccessProtocol = (domain: string, reader: DiskReader): Protocol<Context, AccessSite> => ({
  name: 'diskaccess',
  plane: 'diskaccess',
  ...diskAccessAddress(domain),
  operations,
  routeBeforeToken: true,
  async locate(context, call, { hostname, segments }) {
    const [container = '', blob] = segments
    const label = linkLabelOf(hostname, domain)
    const disk = label === undefined || blob !== blobName ? undefined : await diskOfLink(context, call, { label, container })
    if (disk === undefined) throw new Problem({ code: 'UnknownRoute' })
    call.resource = disk.value.id
    return { disk, reader }
  },
  authenticate: async (_context, call, { site, request }) =>
    bearerOf(call, site.disk, { grantId: request.query.get('si') ?? '', signature: request.query.get('sig') ?? '' }),
  checkVersion: () => undefined,
  refuse,
  headers: (_context, at) => headersOf(at),
  correlationId: clientRequestId,
})
