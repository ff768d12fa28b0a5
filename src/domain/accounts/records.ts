import { z } from 'zod'
import type { CompartmentId } from '#model/brands.ts'
import { family } from '#domain/records/family.ts'

const compartment = z.string().transform(text => text as CompartmentId) // oxlint-disable-line typescript/no-unsafe-type-assertion -- written from one
const time = z.number().int()
const tags = z.record(z.string(), z.string())

/** An account: whose users, roles and keys stand together. Its own compartment holds who is in it. */
const accountSchema = z.object({
  id: z.string().regex(/^\d{12}$/),
  compartment,
  createdAt: time,
  /** Its name in addresses: no two accounts have the same. */
  alias: z.string().optional(),
})
export type Account = z.output<typeof accountSchema>

/** In the installation's compartment; path: the twelve digits. */
export const accounts = family<Account, readonly [id: string]>({
  name: 'accounts',
  schema: accountSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

/** What of an account stands in one Region: keys and what is named by them. Made when the first is. */
const accountRegionSchema = z.object({ accountId: z.string(), region: z.string(), compartment })
export type AccountRegion = z.output<typeof accountRegionSchema>

/** In the installation's compartment. */
export const accountRegions = family<AccountRegion, readonly [accountId: string, region: string]>({
  name: 'accountRegions',
  schema: accountRegionSchema,
  format: 1,
  residency: 'resident',
  ruling: false,
})

const entity = {
  /** `AIDA…`, `AROA…`, `AGPA…`, `ANPA…`, `AIPA…`: never another's, whatever the name. */
  id: z.string(),
  accountId: z.string(),
  name: z.string(),
  /** `/` or `/team/`. */
  path: z.string(),
  createdAt: time,
}
/** Documents that stand in the entity itself, by name, as they were written. */
const inlinePolicies = z.record(z.string(), z.string())
/** ARNs of managed policies, in the order of attaching. */
const attachedPolicies = z.array(z.string())

const accountUserSchema = z.object({ ...entity, tags, inlinePolicies, attachedPolicies, boundary: z.string().optional() })
export type AccountUser = z.output<typeof accountUserSchema>

/** In the account's compartment, as all that follow; path: name in lower case. */
export const accountUsers = family<AccountUser, readonly [name: string]>({
  name: 'accountUsers',
  schema: accountUserSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

/** `members`: names of users in lower case. */
const accountGroupSchema = z.object({ ...entity, members: z.array(z.string()), inlinePolicies, attachedPolicies })
export type AccountGroup = z.output<typeof accountGroupSchema>

export const accountGroups = family<AccountGroup, readonly [name: string]>({
  name: 'accountGroups',
  schema: accountGroupSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const accountRoleSchema = z.object({
  ...entity,
  description: z.string().optional(),
  /** Who may take the role, as it was written. */
  trustPolicy: z.string(),
  /** Unique ids of the users and roles that it names, by their ARNs: another one of the same name is not trusted. */
  trusted: z.record(z.string(), z.string()).optional(),
  /** The service that alone may take it, and that alone it belongs to. */
  linkedTo: z.string().optional(),
  maxSessionSeconds: z.number().int(),
  tags,
  inlinePolicies,
  attachedPolicies,
  boundary: z.string().optional(),
})
export type AccountRole = z.output<typeof accountRoleSchema>

export const accountRoles = family<AccountRole, readonly [name: string]>({
  name: 'accountRoles',
  schema: accountRoleSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const policyVersion = z.object({ id: z.string(), document: z.string(), createdAt: time })
/** A managed policy: at most five versions, one of them in force. */
const accountPolicySchema = z.object({
  ...entity,
  description: z.string().optional(),
  versions: z.array(policyVersion).min(1),
  defaultVersion: z.string(),
  /** The number that the next version gets. */
  nextVersion: z.number().int(),
  updatedAt: time,
  tags,
})
export type AccountPolicy = z.output<typeof accountPolicySchema>

export const accountPolicies = family<AccountPolicy, readonly [name: string]>({
  name: 'accountPolicies',
  schema: accountPolicySchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const instanceProfileSchema = z.object({ ...entity, role: z.string().optional(), tags })
export type InstanceProfile = z.output<typeof instanceProfileSchema>

export const instanceProfiles = family<InstanceProfile, readonly [name: string]>({
  name: 'instanceProfiles',
  schema: instanceProfileSchema,
  format: 1,
  residency: 'resident',
  ruling: false,
})

/** Issuers of tokens whose word an account takes. */
const identityProviderSchema = z.object({
  accountId: z.string(),
  /** Without its scheme, as policies name it: `login.example/tenant/v2.0`. */
  url: z.string(),
  clientIds: z.array(z.string()),
  thumbprints: z.array(z.string()),
  tags,
  createdAt: time,
})
export type IdentityProvider = z.output<typeof identityProviderSchema>

export const identityProviders = family<IdentityProvider, readonly [url: string]>({
  name: 'identityProviders',
  schema: identityProviderSchema,
  format: 1,
  residency: 'resident',
  ruling: true,
})

/** Half of what a request is signed with; the secret is its material, version `secret`. Two live at once for a user. */
const accessKeySchema = z.object({
  /** `AKIA…` */
  id: z.string(),
  accountId: z.string(),
  /** Name in lower case; absent: the account's root. */
  user: z.string().optional(),
  /** Of the user: another one of the same name does not inherit it. */
  userId: z.string().optional(),
  active: z.boolean(),
  createdAt: time,
})
export type AccessKey = z.output<typeof accessKeySchema>

/** In the installation's compartment: a request names nothing else. */
export const accessKeys = family<AccessKey, readonly [id: string]>({
  name: 'accessKeys',
  schema: accessKeySchema,
  format: 1,
  residency: 'resident',
  ruling: true,
  tags: ({ accountId, user }) => [['of', accountId, user ?? '']],
})

/** When an access key or a role was last used, and for what. Apart from them: it gives and takes no right. */
const credentialUseSchema = z.object({ at: time, service: z.string(), region: z.string() })
export type CredentialUse = z.output<typeof credentialUseSchema>

/** In the installation's compartment; path: id of the key or the role. Written by the minute, not by the request (credential-uses.ts). */
export const credentialUses = family<CredentialUse, readonly [id: string]>({
  name: 'credentialUses',
  schema: credentialUseSchema,
  format: 1,
  residency: 'cached',
  ruling: false,
})
