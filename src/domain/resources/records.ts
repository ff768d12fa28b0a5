import { z } from 'zod'
import { compartmentId, millis } from '#model/brands.ts'
import { scopeSchema } from '#domain/access/records.ts'
import { family } from '#domain/records/family.ts'

/** As `systemData` says it; records of before it was kept have none. */
const actorKind = z.enum(['User', 'Application', 'ManagedIdentity'])
export type ActorKind = z.output<typeof actorKind>

/** When something was made and changed, and by whom. Times are milliseconds. */
export const authorship = {
  createdAt: z.number().int(),
  createdBy: z.string(),
  createdByKind: actorKind.optional(),
  changedAt: z.number().int(),
  changedBy: z.string(),
  changedByKind: actorKind.optional(),
}
export type Authorship = z.output<z.ZodObject<typeof authorship>>

/** What every tracked resource carries (ARM's envelope). */
export const resourceEnvelope = {
  /** ARM id in canonical case. */
  id: z.string(),
  name: z.string(),
  scope: scopeSchema,
  location: z.string(),
  tags: z.record(z.string(), z.string()),
  ...authorship,
  etag: z.string(),
}

export type ResourceEnvelope = z.output<z.ZodObject<typeof resourceEnvelope>>

const subscription = z.object({
  subscriptionId: z.string(),
  tenantId: z.string(),
  displayName: z.string(),
  createdAt: z.number().int(),
  tags: z.record(z.string(), z.string()).optional(),
})
export type Subscription = z.output<typeof subscription>

/** In its own compartment (the subscription id's 16 bytes); path: subscription id. */
export const subscriptions = family<Subscription, readonly [subscriptionId: string]>({
  name: 'subscriptions',
  schema: subscription,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const resourceGroup = z.object({ ...resourceEnvelope, provisioningState: z.enum(['Succeeded', 'Deleting']) })
export type ResourceGroup = z.output<typeof resourceGroup>

/** In the subscription's compartment; path: name in lower case. */
export const resourceGroups = family<ResourceGroup, readonly [name: string]>({
  name: 'resourceGroups',
  schema: resourceGroup,
  format: 1,
  residency: 'resident',
  ruling: false,
})

export const accessPolicy = z.object({
  tenantId: z.string(),
  objectId: z.string(),
  applicationId: z.string().optional(),
  permissions: z.object({
    keys: z.array(z.string()).optional(),
    secrets: z.array(z.string()).optional(),
    certificates: z.array(z.string()).optional(),
    storage: z.array(z.string()).optional(),
  }),
})
export type AccessPolicy = z.output<typeof accessPolicy>

const networkAcls = z.object({
  bypass: z.enum(['AzureServices', 'None']),
  defaultAction: z.enum(['Allow', 'Deny']),
  ipRules: z.array(z.object({ value: z.string() })),
  virtualNetworkRules: z.array(z.object({ id: z.string(), ignoreMissingVnetServiceEndpoint: z.boolean().optional() })),
})

const vault = z.object({
  ...resourceEnvelope,
  /** Where its keys, secrets and certificates lie; destroyed when it is purged. */
  compartment: z.string().transform(compartmentId),
  tenantId: z.string(),
  sku: z.enum(['standard', 'premium']),
  enableRbacAuthorization: z.boolean(),
  /** One-way. */
  enablePurgeProtection: z.boolean(),
  softDeleteRetentionInDays: z.number().int(),
  enabledForDeployment: z.boolean(),
  enabledForDiskEncryption: z.boolean(),
  enabledForTemplateDeployment: z.boolean(),
  publicNetworkAccess: z.enum(['Enabled', 'Disabled']),
  networkAcls: networkAcls.optional(),
  accessPolicies: z.array(accessPolicy),
})
export type Vault = z.output<typeof vault>

/** In the subscription's compartment; path: ARM id in lower case. Its access policies and mode are rulings. */
export const vaults = family<Vault, readonly [armId: string]>({
  name: 'vaults',
  schema: vault,
  format: 1,
  residency: 'resident',
  ruling: true,
})

const deletedVault = z.object({ vault, deletedAt: z.number().int(), scheduledPurgeAt: z.number().int() })
export type DeletedVault = z.output<typeof deletedVault>

/** In the subscription's compartment; path: vault name in lower case. Due when it must be purged. */
export const deletedVaults = family<DeletedVault, readonly [name: string]>({
  name: 'deletedVaults',
  schema: deletedVault,
  format: 1,
  residency: 'resident',
  ruling: true,
  dueAt: value => millis(value.scheduledPurgeAt),
})

const reservedName = z.object({
  /** Subscription that the resource is in, and its ARM id. */
  subscriptionId: z.string(),
  armId: z.string(),
  state: z.enum(['live', 'deleted']),
})
export type ReservedName = z.output<typeof reservedName>

/** Names that are unique in the whole instance, in the installation's compartment; path: kind (`vault`), name in lower case. */
export const names = family<ReservedName, readonly [kind: string, name: string]>({
  name: 'names',
  schema: reservedName,
  format: 1,
  residency: 'resident',
  ruling: false,
})

/** The identities that a resource acts as. */
export const resourceIdentity = z.object({
  type: z.enum(['None', 'SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned']),
  /** Of the system-assigned identity. */
  principalId: z.string().optional(),
  clientId: z.string().optional(),
  tenantId: z.string().optional(),
  /** ARM ids in canonical case. */
  userAssigned: z.array(z.object({ id: z.string(), principalId: z.string(), clientId: z.string() })),
})
export type ResourceIdentity = z.output<typeof resourceIdentity>

const userAssignedIdentity = z.object({ ...resourceEnvelope, tenantId: z.string(), principalId: z.string(), clientId: z.string() })
export type UserAssignedIdentity = z.output<typeof userAssignedIdentity>

/** In the subscription's compartment; path: ARM id in lower case. */
export const userAssignedIdentities = family<UserAssignedIdentity, readonly [armId: string]>({
  name: 'userAssignedIdentities',
  schema: userAssignedIdentity,
  format: 1,
  residency: 'resident',
  ruling: false,
})
