import { z } from 'zod'
import { millis } from '#model/brands.ts'
import { federatedCredential } from '#domain/federation/records.ts'
import { family } from '#domain/records/family.ts'
import { refreshTokenLifeMs } from '#domain/sign-in/lifetimes.ts'
import { appRoles, exposedApi, requiredAccess } from './exposed-api.ts'

const passwordCredential = z.object({
  keyId: z.string(),
  displayName: z.string().optional(),
  /** First three characters, as Graph shows them. */
  hint: z.string(),
  startAt: z.number().int(),
  endAt: z.number().int(),
  /** HMAC-SHA-256 under the tenant's pepper, base64url: secrets are 40 random characters, no password hash is needed (security-and-reliability.md 5.1). */
  digest: z.string(),
})
export type PasswordCredential = z.output<typeof passwordCredential>

const keyCredential = z.object({
  keyId: z.string(),
  displayName: z.string().optional(),
  startAt: z.number().int(),
  endAt: z.number().int(),
  /** DER of the certificate, base64. */
  certificate: z.string(),
  /** base64url of SHA-1 and of SHA-256 of the DER. */
  sha1: z.string(),
  sha256: z.string(),
})
export type KeyCredential = z.output<typeof keyCredential>

const tenant = z.object({
  tenantId: z.string(),
  displayName: z.string(),
  /** The first is the default. */
  domains: z.array(z.string()).min(1),
  /** Clients may show users' passwords themselves (RFC 6749 4.3): off unless somebody said so. */
  passwordGrant: z.boolean().optional(),
  createdAt: z.number().int(),
})
export type Tenant = z.output<typeof tenant>

/** In its own compartment (the tenant id's 16 bytes); path: tenant id. Its material: the secrets' pepper. */
export const tenants = family<Tenant, readonly [tenantId: string]>({
  name: 'tenants',
  schema: tenant,
  format: 1,
  residency: 'resident',
  ruling: true,
})

/** For people: nothing goes by it. */
const described = z.object({ description: z.string(), notes: z.string(), tags: z.array(z.string()) }).partial()

/** As it stands at rest; what was deleted is kept so too. */
export const applicationSchema = z.object({
  id: z.string(),
  appId: z.string(),
  tenantId: z.string(),
  displayName: z.string(),
  identifierUris: z.array(z.string()),
  /** What it may do with the directory through Graph. */
  directoryRight: z.enum(['read', 'write']).optional(),
  /** Signs in without a credential of its own: az's client. */
  publicClient: z.boolean(),
  /** Other tenants may have a principal of it. */
  multiTenant: z.boolean().optional(),
  /** Where answers about its users are sent. */
  redirectUris: z.array(z.object({ of: z.enum(['web', 'publicClient']), uri: z.string() })).optional(),
  described: described.extend({ homePageUrl: z.string().optional() }).optional(),
  passwordCredentials: z.array(passwordCredential),
  keyCredentials: z.array(keyCredential),
  federatedCredentials: z.array(federatedCredential).optional(),
  api: exposedApi.optional(),
  appRoles: appRoles.optional(),
  requiredAccess: requiredAccess.optional(),
  /** Object ids. */
  owners: z.array(z.string()).optional(),
  createdAt: z.number().int(),
})
export type Application = z.output<typeof applicationSchema>

/** In the tenant's compartment; path: object id. A removed credential revokes what was signed in with it: a ruling. */
export const applications = family<Application, readonly [id: string]>({
  name: 'applications',
  schema: applicationSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

export const principalSchema = z.object({
  id: z.string(),
  appId: z.string(),
  tenantId: z.string(),
  displayName: z.string(),
  described: described.optional(),
  kind: z.enum(['application', 'managedIdentity']),
  /** Where its application is at home, if that is another tenant. */
  homeTenantId: z.string().optional(),
  enabled: z.boolean(),
  /** Managed identities: the ARM id that it belongs to, and whether that is a user-assigned one. */
  resourceId: z.string().optional(),
  userAssigned: z.boolean().optional(),
  /** Its own, beside those of the application. */
  passwordCredentials: z.array(passwordCredential),
  /** Of a user-assigned identity: an application has its own. */
  federatedCredentials: z.array(federatedCredential).optional(),
  /** Object ids. */
  owners: z.array(z.string()).optional(),
  /** Nobody has tokens for it without an assignment to it. */
  assignmentRequired: z.boolean().optional(),
  /** Tokens issued before count no more. */
  tokensValidFrom: z.number().int().optional(),
  createdAt: z.number().int(),
})
export type ServicePrincipal = z.output<typeof principalSchema>

/** In the tenant's compartment; path: object id. */
export const servicePrincipals = family<ServicePrincipal, readonly [id: string]>({
  name: 'servicePrincipals',
  schema: principalSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const signingKey = z.object({
  id: z.string(),
  tenantId: z.string(),
  /** Name of the CryptoModule that holds it. */
  module: z.string(),
  /** base64url of SHA-1 of the certificate: `kid` and `x5t`. */
  kid: z.string(),
  /** DER of the self-signed certificate, base64. */
  certificate: z.string(),
  n: z.string(),
  e: z.string(),
  createdAt: z.number().int(),
  /** Published before it signs; signs from then on. */
  signsFrom: z.number().int(),
  /** Published until the longest token it signed has expired. */
  publishedUntil: z.number().int().optional(),
})
export type SigningKey = z.output<typeof signingKey>

/** How long a key signs before its successor is made. */
export const signingKeyLifeMs = 90 * 24 * 3_600_000

/** In the tenant's compartment; path: id. Its material: the private key, the module's own. Due when its successor is to be made, or when it goes. */
export const signingKeys = family<SigningKey, readonly [id: string]>({
  name: 'signingKeys',
  schema: signingKey,
  format: 1,
  residency: 'resident',
  ruling: true,
  dueAt: value => millis(value.publishedUntil ?? value.signsFrom + signingKeyLifeMs),
})

const text = z.string()
/** What a user's page shows and nothing decides by. */
const profile = z.object({
  givenName: text.optional(),
  surname: text.optional(),
  jobTitle: text.optional(),
  department: text.optional(),
  officeLocation: text.optional(),
  mobilePhone: text.optional(),
  preferredLanguage: text.optional(),
  usageLocation: text.optional(),
})
export type UserProfile = z.output<typeof profile>

export const userSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  /** A name of the tenant's, in the case that it was given in; one user has it, in any case. */
  userPrincipalName: z.string(),
  displayName: z.string(),
  mailNickname: z.string(),
  mail: z.string().optional(),
  profile,
  enabled: z.boolean(),
  /** How the password was stretched; what came of it is material of the record. */
  password: z
    .object({
      /** Of the material: 32 hex digits. */
      version: z.string(),
      /** base64url. */
      salt: z.string(),
      memoryKib: z.number().int(),
      passes: z.number().int(),
      lanes: z.number().int(),
      setAt: z.number().int(),
      /** Signs in once more, and then only with a new one. */
      mustChange: z.boolean(),
    })
    .optional(),
  /** Sessions, refresh and access tokens name the one that they were made in; those of an earlier one count no more. */
  signInEpoch: z.number().int(),
  /** When the epoch began. */
  tokensValidFrom: z.number().int(),
  createdAt: z.number().int(),
})
export type User = z.output<typeof userSchema>

/** In the tenant's compartment; path: object id. Its material: the stretched password. */
export const users = family<User, readonly [id: string]>({
  name: 'users',
  schema: userSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const revokedGrant = z.object({ grantId: z.string(), tenantId: z.string(), revokedAt: z.number().int() })
export type RevokedGrant = z.output<typeof revokedGrant>

/** What ends access tokens before their time: a ruling. In the tenant's compartment; path: the grant's id. Gone when nothing that rests on it, on behalf of somebody, can be refreshed any more. */
export const revokedGrants = family<RevokedGrant, readonly [grantId: string]>({
  name: 'revokedGrants',
  schema: revokedGrant,
  format: 1,
  residency: 'resident',
  ruling: true,
  dueAt: value => millis(value.revokedAt + refreshTokenLifeMs),
})
