import type { Address } from '#protocols/http/protocol.ts'

/** `graph.{domain}` */
export const graphAddress = (domain: string): Address => ({ serves: hostname => hostname === `graph.${domain}` })
