import { isRegion } from '#protocols/aws/addresses.ts'
import { serviceAddress } from '#protocols/aws/service-address.ts'
import type { Address } from '#protocols/http/protocol.ts'

/** The service by its names. */
export const s3Service = (domain: string) =>
  ({ name: 'awss3', signing: 's3', domain, presigned: true, streams: true, skewMinutes: 15 }) as const

/** A bucket's own name: `{bucket}.s3.{region}.{domain}`. */
export function bucketOfHost(domain: string, hostname: string): string | undefined {
  if (!hostname.endsWith(`.${domain}`)) return undefined
  const [, bucket, region = ''] = /^(.+)\.s3\.([^.]+)$/.exec(hostname.slice(0, -domain.length - 1)) ?? []
  return isRegion(region) ? bucket : undefined
}

/** `s3.{region}.{domain}`, buckets below it, and the names that all services share. */
export function s3Address(domain: string): Address {
  const service = serviceAddress(s3Service(domain))
  return {
    ...service,
    ownPath: true,
    serves: (hostname, request) => service.serves(hostname, request) || bucketOfHost(domain, hostname) !== undefined,
  }
}
