import type { HeldAssignment, HeldDenial } from '#domain/access/scope-assignments.ts'
import type { RoleDefinition, RolePermission } from '#domain/access/role-definition.ts'
import type { HeldDeletedVault } from '#domain/resources/delete-vault.ts'
import { groupType, type HeldGroup } from '#domain/resources/groups.ts'
import { identityType, type HeldIdentity } from '#domain/resources/user-assigned-identities.ts'
import type { Subscription, Vault } from '#domain/resources/records.ts'
import { vaultType } from '#domain/resources/set-vault.ts'
import { isoTime, trackedResource, type Listed } from './answers.ts'
import type { ArmSite } from './site.ts'

export const subscriptionShape = ({ subscriptionId, tenantId, displayName }: Subscription): Listed => ({
  id: `/subscriptions/${subscriptionId}`,
  authorizationSource: 'RoleBased',
  managedByTenants: [],
  subscriptionId,
  tenantId,
  displayName,
  state: 'Enabled',
  subscriptionPolicies: { locationPlacementId: 'Public_2014-09-01', quotaId: 'PayAsYouGo_2014-09-01', spendingLimit: 'Off' },
})

export function groupShape({ value }: HeldGroup): Listed {
  const { id, name, location, tags, provisioningState } = value
  return { id, name, type: groupType, location, tags, properties: { provisioningState } }
}

/** The vault's URL, as callers behind the same port reach it. */
export const vaultUri = (site: ArmSite, name: string): string => `https://${name.toLowerCase()}.vault.${site.domain}${site.portSuffix}/`

/** `connections`: who wants, or has, a private way in; absent where there are none. */
export function vaultShape(site: ArmSite, vault: Vault, connections: readonly object[] = []): Listed {
  const { sku, tenantId, accessPolicies, networkAcls, enablePurgeProtection } = vault
  return trackedResource(vault, {
    type: vaultType,
    properties: {
      sku: { family: 'A', name: sku },
      tenantId,
      ...(networkAcls !== undefined && { networkAcls }),
      accessPolicies,
      enabledForDeployment: vault.enabledForDeployment,
      enabledForDiskEncryption: vault.enabledForDiskEncryption,
      enabledForTemplateDeployment: vault.enabledForTemplateDeployment,
      enableSoftDelete: true,
      softDeleteRetentionInDays: vault.softDeleteRetentionInDays,
      enableRbacAuthorization: vault.enableRbacAuthorization,
      ...(enablePurgeProtection && { enablePurgeProtection }),
      vaultUri: vaultUri(site, vault.name),
      provisioningState: 'Succeeded',
      publicNetworkAccess: vault.publicNetworkAccess,
      ...(connections.length > 0 && { privateEndpointConnections: connections }),
    },
  })
}

export function deletedVaultShape({ value }: HeldDeletedVault): Listed {
  const { vault, deletedAt, scheduledPurgeAt } = value
  const subscription = vault.id.split('/').slice(0, 3).join('/')
  return {
    id: `${subscription}/providers/Microsoft.KeyVault/locations/${vault.location}/deletedVaults/${vault.name}`,
    name: vault.name,
    type: 'Microsoft.KeyVault/deletedVaults',
    properties: {
      vaultId: vault.id,
      location: vault.location,
      tags: vault.tags,
      deletionDate: isoTime(deletedAt),
      scheduledPurgeDate: isoTime(scheduledPurgeAt),
      ...(vault.enablePurgeProtection && { purgeProtectionEnabled: true }),
    },
  }
}

export const identityShape = ({ value }: HeldIdentity): Listed =>
  trackedResource(value, {
    type: identityType,
    properties: { isolationScope: 'None', tenantId: value.tenantId, principalId: value.principalId, clientId: value.clientId },
  })

/** Definitions are named below the subscription that was asked; clients compare these ids with those of assignments. */
export const roleDefinitionId = (scopeId: string, roleId: string): string =>
  `${/^\/subscriptions\/[^/]+/.exec(scopeId)?.[0] ?? ''}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`

export const roleDefinitionShape = (scopeId: string, role: RoleDefinition): Listed => ({
  id: roleDefinitionId(scopeId, role.id),
  name: role.id,
  type: 'Microsoft.Authorization/roleDefinitions',
  properties: {
    roleName: role.roleName,
    type: role.custom ? 'CustomRole' : 'BuiltInRole',
    description: role.description,
    assignableScopes: role.assignableScopes,
    permissions: role.permissions.map(entry => permissionShape(entry)),
  },
})

/** `also`: the condition of the assignment that gives it. */
export function permissionShape({ condition, ...entry }: RolePermission, also?: string): object {
  const both = [condition, also].filter(one => one !== undefined)
  const [first, ...rest] = both
  const whole = rest.length === 0 ? first : both.map(one => `(${one})`).join(' AND ')
  return { ...entry, ...(whole !== undefined && { condition: whole, conditionVersion: '2.0' }) }
}

export function roleAssignmentShape({ value }: HeldAssignment): Listed {
  return {
    id: `${value.scopeId}/providers/Microsoft.Authorization/roleAssignments/${value.name}`,
    name: value.name,
    type: 'Microsoft.Authorization/roleAssignments',
    properties: {
      roleDefinitionId: roleDefinitionId(value.scopeId, value.roleId),
      principalId: value.principalId,
      principalType: value.principalType,
      scope: value.scopeId === '' ? '/' : value.scopeId,
      condition: value.condition ?? null,
      conditionVersion: value.condition === undefined ? null : '2.0',
      createdOn: isoTime(value.createdAt),
      updatedOn: isoTime(value.updatedAt),
      createdBy: value.createdBy,
      updatedBy: value.updatedBy,
      delegatedManagedIdentityResourceId: value.delegatedManagedIdentityResourceId ?? null,
      description: value.description ?? null,
    },
  }
}

export function denyAssignmentShape({ value }: HeldDenial): Listed {
  return {
    id: `${value.scopeId}/providers/Microsoft.Authorization/denyAssignments/${value.name}`,
    name: value.name,
    type: 'Microsoft.Authorization/denyAssignments',
    properties: {
      denyAssignmentName: value.denyAssignmentName,
      description: value.description ?? null,
      permissions: value.permissions.map(entry => permissionShape(entry)),
      scope: value.scopeId === '' ? '/' : value.scopeId,
      doNotApplyToChildScopes: value.doNotApplyToChildScopes,
      principals: value.principals,
      excludePrincipals: value.excludePrincipals,
      isSystemProtected: true,
      createdOn: isoTime(value.createdAt),
      updatedOn: isoTime(value.createdAt),
      createdBy: value.createdBy,
      updatedBy: value.createdBy,
    },
  }
}
