import { z } from 'zod'

const tenant = z.string().regex(/^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/)

export const ofTenant = z.object({ tenant })
export const fileOfTenant = z.object({ tenant, file: z.enum(['root.cer', 'issuer.cer', 'root.crl', 'issuer.crl']) })
/** RFC 6960 A.1: the request in base64, percent-encoded. */
export const askedInPath = z.object({ tenant, request: z.string().max(400) })
export const anyQuery = z.object({})
