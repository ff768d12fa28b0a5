import type { AccessLink } from '#domain/disks/access-grant.ts'

/** The one blob of a link's container; Azure calls it so. */
export const blobName = 'abcd'
/** Version of the shared access signature's form. */
const signedVersion = '2018-03-28'

interface Reached {
  readonly domain: string
  /** `''` or `:PORT`. */
  readonly portSuffix: string
}

/** ARM gives it out, the wire of links takes it. The signature is base64url: nothing in it needs an escape. */
export function accessUrl({ label, container, grantId, signature }: AccessLink, { domain, portSuffix }: Reached): string {
  const query = new URLSearchParams({ sv: signedVersion, sr: 'b', si: grantId, sig: signature })
  return `https://md-${label}.blob.${domain}${portSuffix}/${container}/${blobName}?${query.toString()}`
}

/** The label in such a URL's host; `undefined` for hosts that are none. */
export function linkLabelOf(hostname: string, domain: string): string | undefined {
  return hostname.endsWith(`.blob.${domain}`) ? /^md-([0-9a-f]{16})$/.exec(hostname.slice(0, -`.blob.${domain}`.length))?.[1] : undefined
}
