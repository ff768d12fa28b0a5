import { linkLabelOf } from '#protocols/azure/access-urls.ts'
import type { Address } from '#protocols/http/protocol.ts'

/** `md-{16 hex digits}.blob.{domain}` */
export const diskAccessAddress = (domain: string): Address => ({ serves: hostname => linkLabelOf(hostname, domain) !== undefined })
