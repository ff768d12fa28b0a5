import type { Address } from '#protocols/http/protocol.ts'

/** `management.{domain}` */
export const armAddress = (domain: string): Address => ({ serves: hostname => hostname === `management.${domain}` })
