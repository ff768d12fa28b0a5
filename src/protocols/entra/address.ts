import type { Address } from '#protocols/http/protocol.ts'

/** `login.{domain}` */
export const entraAddress = (domain: string): Address => ({ serves: hostname => hostname === `login.${domain}` })

/** Where browsers reach the pages for device codes without our names. */
export const devicePagesAddress: Address = { serves: hostname => hostname === 'localhost' }
