import type { Address } from '#protocols/http/protocol.ts'

/** `pki.{domain}` */
export const pkiAddress = (domain: string): Address => ({ serves: hostname => hostname === `pki.${domain}`, ownPath: true })
