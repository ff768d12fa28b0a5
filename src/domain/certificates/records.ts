import { z } from 'zod'
import { keySpecs } from '#crypto/key-specs.ts'
import { namesOf } from '#model/names.ts'
import { millis } from '#model/brands.ts'
import { keyUsages } from '#ports/pki.ts'
import { family } from '#domain/records/family.ts'
import { dueAtOf, objectShape, versionShape } from '#domain/vault-objects/object.ts'

export const contentTypes = ['application/x-pkcs12', 'application/x-pem-file'] as const
export const lifetimeActionTypes = ['AutoRenew', 'EmailContacts'] as const

const texts = z.array(z.string())
const alternativeNames = z.object({ emails: texts, dnsNames: texts, upns: texts, uris: texts, ipAddresses: texts })

const lifetimeAction = z.object({
  action: z.enum(lifetimeActionTypes),
  /** One of the two. */
  lifetimePercentage: z.number().int().optional(),
  daysBeforeExpiry: z.number().int().optional(),
})
export type LifetimeAction = z.output<typeof lifetimeAction>

/** What the next version is made by (key-vault.md 4.2), nothing left to defaults. */
const policy = z.object({
  issuer: z.object({ name: z.string(), type: z.string().optional(), transparency: z.boolean().optional() }),
  key: z.object({ spec: z.enum(namesOf(keySpecs)), hsm: z.boolean(), exportable: z.boolean(), reuse: z.boolean() }),
  contentType: z.enum(contentTypes),
  subject: z.string(),
  names: alternativeNames,
  extendedKeyUsage: texts,
  keyUsage: z.array(z.enum(keyUsages)),
  validityMonths: z.number().int(),
  ca: z.boolean(),
  pathLength: z.number().int().optional(),
  lifetimeActions: z.array(lifetimeAction),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type CertificatePolicy = z.output<typeof policy>

const certificateVersion = z.object({
  ...versionShape,
  /** DER, base64. */
  certificate: z.string(),
  /** Those above it, as they go into the secret. */
  chain: texts,
  preserveOrder: z.boolean().optional(),
  /** Its key lies in its secret too; one that was kept from there is never put there by a later policy. */
  exportable: z.boolean().optional(),
})
export type CertificateVersion = z.output<typeof certificateVersion>

export const certificateSchema = z.object({
  /** Due by a lifetime action of its policy, by what is told of its expiry, or by its scheduled purge. */
  ...objectShape,
  /** In the order of their making; none while the first is still asked for. */
  versions: z.array(certificateVersion),
  policy,
  /** What was done about the expiry of a version. */
  lifetime: z.object({ version: z.string(), renewalTriedAt: z.number().int().optional(), announced: z.boolean().optional() }).optional(),
  /** Port of the URLs that clients used, for the places that an authority writes into what it issues. */
  portSuffix: z.string().optional(),
})
export type Certificate = z.output<typeof certificateSchema>

/** In the vault's compartment; path: name in lower case. Listed by the tag of its state; `pending` ones too under `any`. */
export const certificates = family<Certificate, readonly [name: string]>({
  name: 'certificates',
  schema: certificateSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
  tags({ deleted, versions }) {
    if (deleted !== undefined) return [['state', 'deleted']]
    return versions.length === 0
      ? [['state', 'any']]
      : [
          ['state', 'live'],
          ['state', 'any'],
        ]
  },
  dueAt: dueAtOf,
})

const certificateOperation = z.object({
  requestId: z.string(),
  status: z.enum(['inProgress', 'completed', 'cancelled', 'failed']),
  /** Of the version that it is to make: certificate, key and secret alike. */
  version: z.string(),
  /** By which it is made, as it stood when it was asked for. */
  policy,
  issuer: z.enum(['self', 'unknown', 'authority', 'other']),
  /** PKCS #10 DER, base64. */
  request: z.string(),
  /** SubjectPublicKeyInfo DER, base64; its key lies at this record until the version is made. */
  publicKey: z.string(),
  module: z.string(),
  cancellationRequested: z.boolean(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  enabled: z.boolean(),
  tags: z.record(z.string(), z.string()).optional(),
  preserveOrder: z.boolean().optional(),
  /** Begun by a lifetime action. */
  renewal: z.boolean(),
  dueAt: z.number().int().optional(),
})
export type CertificateOperation = z.output<typeof certificateOperation>

/** The last request for a certificate, until it is deleted or replaced; path: name of the certificate in lower case. */
export const certificateOperations = family<CertificateOperation, readonly [name: string]>({
  name: 'certificateOperations',
  schema: certificateOperation,
  format: 1,
  residency: 'cached',
  ruling: false,
  dueAt: ({ dueAt }) => (dueAt === undefined ? undefined : millis(dueAt)),
})

const administrator = z.object({
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
})

const certificateIssuer = z.object({
  name: z.string(),
  provider: z.string(),
  accountId: z.string().optional(),
  organizationId: z.string().optional(),
  administrators: z.array(administrator),
  enabled: z.boolean(),
  createdAt: z.number().int(),
  updatedAt: z.number().int(),
})
export type CertificateIssuer = z.output<typeof certificateIssuer>

/** In the vault's compartment; path: name in lower case. The account's password is the record's material. */
export const certificateIssuers = family<CertificateIssuer, readonly [name: string]>({
  name: 'certificateIssuers',
  schema: certificateIssuer,
  format: 1,
  residency: 'cached',
  ruling: false,
})

const contact = z.object({ email: z.string(), name: z.string().optional(), phone: z.string().optional() })
export type CertificateContact = z.output<typeof contact>
const certificateContact = z.object({ contacts: z.array(contact) })

/** Whom a vault tells of its certificates' expiry: one record a vault; path: `contacts`. */
export const certificateContacts = family<z.output<typeof certificateContact>, readonly [fixed: 'contacts']>({
  name: 'certificateContacts',
  schema: certificateContact,
  format: 1,
  residency: 'cached',
  ruling: false,
})
