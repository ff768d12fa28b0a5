import { z } from 'zod'
import { keySpecs } from '#crypto/key-specs.ts'
import { millis } from '#model/brands.ts'
import { namesOf } from '#model/names.ts'
import { family } from '#domain/records/family.ts'

const level = z.object({
  /** DER, base64. */
  certificate: z.string(),
  spec: z.enum(namesOf(keySpecs)),
  module: z.string(),
  /** Of the record's material. */
  material: z.string(),
})
export type AuthorityLevel = z.output<typeof level>

const certificateAuthority = z.object({ tenantId: z.string(), root: level, issuer: level, createdAt: z.number().int() })
export type CertificateAuthority = z.output<typeof certificateAuthority>

/** A tenant's own authority, made when it is first asked; in the tenant's compartment; path: tenant id. */
export const certificateAuthorities = family<CertificateAuthority, readonly [tenantId: string]>({
  name: 'certificateAuthorities',
  schema: certificateAuthority,
  format: 1,
  residency: 'cached',
  ruling: false,
})

const dayMs = 86_400_000
/** A list names what was revoked at least once after its end (RFC 5280 3.3); clocks differ. */
export const forgottenAfterMs = 2 * dayMs

const issuedCertificate = z.object({
  /** Hex, as it stands in the certificate. */
  serial: z.string(),
  issuedAt: z.number().int(),
  notAfter: z.number().int(),
  /** For which certificate of which vault. */
  subjectId: z.string(),
  revokedAt: z.number().int().optional(),
})
export type IssuedCertificate = z.output<typeof issuedCertificate>

/** What an authority has issued, for those who ask whether it still stands; in the tenant's compartment; path: serial. */
export const issuedCertificates = family<IssuedCertificate, readonly [serial: string]>({
  name: 'issuedCertificates',
  schema: issuedCertificate,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags: ({ revokedAt }) => (revokedAt === undefined ? [] : [['state', 'revoked']]),
  dueAt: ({ notAfter }) => millis(notAfter + forgottenAfterMs),
})
