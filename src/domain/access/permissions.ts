/**
 * A permission is the domain's word; one column a rule book, absent where that book cannot grant it.
 * azure: the action of Azure RBAC, `data` where it is a dataAction (identity-and-arm.md 3.3; key-vault.md 7).
 * policies: kind and word of a vault's access policies, `'keys get'`; where several words do, all of them: `'certificates getissuers manageissuers'`.
 * directory: the right in Microsoft Graph.
 * operator: held by whoever speaks through the admin socket. system: held by the instance's own schedulers.
 * carried: held by whoever shows the right itself (a link with its signature), for what it was made for.
 * impliedBy: another permission that carries this one too.
 */
export interface PermissionRow {
  readonly azure?: string
  readonly data?: true
  readonly policies?: string
  readonly directory?: 'read' | 'write'
  readonly operator?: true
  readonly system?: true
  readonly carried?: true
  readonly impliedBy?: string
}

const vaultData = (action: string, policies: string, more: Pick<PermissionRow, 'impliedBy' | 'system'> = {}): PermissionRow => ({
  azure: `Microsoft.KeyVault/vaults/${action}`,
  data: true,
  policies,
  ...more,
})
const arm = (azure: string, more: Pick<PermissionRow, 'operator' | 'system'> = {}): PermissionRow => ({ azure, ...more })

export const permissions = {
  // keys of a vault; keys/read of an asymmetric key carries its public half's operations (identity-and-arm.md 3.3)
  'key.list': vaultData('keys/read', 'keys list'),
  'key.read': vaultData('keys/read', 'keys get'),
  'key.create': vaultData('keys/create/action', 'keys create'),
  'key.import': vaultData('keys/import/action', 'keys import'),
  'key.update': vaultData('keys/update/action', 'keys update'),
  'key.delete': vaultData('keys/delete', 'keys delete'),
  'key.listDeleted': vaultData('keys/read', 'keys list'),
  'key.readDeleted': vaultData('keys/read', 'keys get'),
  'key.recover': vaultData('keys/recover/action', 'keys recover'),
  'key.purge': vaultData('keys/purge/action', 'keys purge', { system: true }),
  'key.backUp': vaultData('keys/backup/action', 'keys backup'),
  'key.restore': vaultData('keys/restore/action', 'keys restore'),
  'key.encrypt': vaultData('keys/encrypt/action', 'keys encrypt', { impliedBy: 'key.read' }),
  // what a symmetric key does is never its reader's: there is no public half
  'key.encryptSymmetric': vaultData('keys/encrypt/action', 'keys encrypt'),
  'key.wrapSymmetric': vaultData('keys/wrap/action', 'keys wrapKey'),
  'key.verifySymmetric': vaultData('keys/verify/action', 'keys verify'),
  'key.decrypt': vaultData('keys/decrypt/action', 'keys decrypt'),
  'key.wrap': vaultData('keys/wrap/action', 'keys wrapKey', { impliedBy: 'key.read' }),
  'key.unwrap': vaultData('keys/unwrap/action', 'keys unwrapKey'),
  'key.sign': vaultData('keys/sign/action', 'keys sign'),
  'key.verify': vaultData('keys/verify/action', 'keys verify', { impliedBy: 'key.read' }),
  'key.rotate': vaultData('keys/rotate/action', 'keys rotate', { system: true }),
  'key.readRotationPolicy': vaultData('keyrotationpolicies/read', 'keys getrotationpolicy'),
  'key.writeRotationPolicy': vaultData('keyrotationpolicies/write', 'keys setrotationpolicy'),
  // secrets of a vault
  'secret.list': vaultData('secrets/readMetadata/action', 'secrets list'),
  'secret.get': vaultData('secrets/getSecret/action', 'secrets get'),
  'secret.set': vaultData('secrets/setSecret/action', 'secrets set'),
  'secret.update': vaultData('secrets/update/action', 'secrets set'),
  'secret.delete': vaultData('secrets/delete', 'secrets delete'),
  'secret.listDeleted': vaultData('secrets/readMetadata/action', 'secrets list'),
  'secret.readDeleted': vaultData('secrets/readMetadata/action', 'secrets get'),
  'secret.recover': vaultData('secrets/recover/action', 'secrets recover'),
  'secret.purge': vaultData('secrets/purge/action', 'secrets purge', { system: true }),
  'secret.backUp': vaultData('secrets/backup/action', 'secrets backup'),
  'secret.restore': vaultData('secrets/restore/action', 'secrets restore'),
  // certificates of a vault; their keys and secrets need no rights of their own
  'certificate.list': vaultData('certificates/read', 'certificates list'),
  'certificate.read': vaultData('certificates/read', 'certificates get'),
  'certificate.create': vaultData('certificates/create/action', 'certificates create'),
  'certificate.import': vaultData('certificates/import/action', 'certificates import'),
  'certificate.merge': vaultData('certificates/create/action', 'certificates create'),
  'certificate.update': vaultData('certificates/update/action', 'certificates update'),
  'certificate.delete': vaultData('certificates/delete', 'certificates delete'),
  'certificate.listDeleted': vaultData('certificates/read', 'certificates list'),
  'certificate.readDeleted': vaultData('certificates/read', 'certificates get'),
  'certificate.recover': vaultData('certificates/recover/action', 'certificates recover'),
  'certificate.purge': vaultData('certificates/purge/action', 'certificates purge', { system: true }),
  'certificate.backUp': vaultData('certificates/backup/action', 'certificates backup'),
  'certificate.restore': vaultData('certificates/restore/action', 'certificates restore'),
  'certificate.issue': { system: true },
  'certificate.renew': { system: true },
  'issuer.list': vaultData('certificatecas/read', 'certificates listissuers manageissuers'),
  'issuer.read': vaultData('certificatecas/read', 'certificates getissuers manageissuers'),
  'issuer.write': vaultData('certificatecas/write', 'certificates setissuers manageissuers'),
  'issuer.delete': vaultData('certificatecas/delete', 'certificates deleteissuers manageissuers'),
  'contacts.read': vaultData('certificatecontacts/write', 'certificates managecontacts'),
  'contacts.write': vaultData('certificatecontacts/write', 'certificates managecontacts'),
  // resources
  'subscription.read': arm('Microsoft.Resources/subscriptions/read'),
  'location.read': arm('Microsoft.Resources/subscriptions/locations/read'),
  'provider.read': arm('Microsoft.Resources/subscriptions/providers/read'),
  'provider.register': arm('Microsoft.Resources/subscriptions/providers/register/action'),
  'provider.unregister': arm('Microsoft.Resources/subscriptions/providers/unregister/action'),
  'group.read': arm('Microsoft.Resources/subscriptions/resourceGroups/read'),
  'group.write': arm('Microsoft.Resources/subscriptions/resourceGroups/write'),
  'group.delete': arm('Microsoft.Resources/subscriptions/resourceGroups/delete', { system: true }),
  'resource.read': arm('Microsoft.Resources/subscriptions/resources/read'),
  'tag.read': arm('Microsoft.Resources/tags/read'),
  'tag.write': arm('Microsoft.Resources/tags/write'),
  'tag.delete': arm('Microsoft.Resources/tags/delete'),
  'activity.read': arm('Microsoft.Insights/eventtypes/values/read'),
  'operation.read': arm('Microsoft.Resources/subscriptions/operationresults/read'),
  'vault.read': arm('Microsoft.KeyVault/vaults/read', { operator: true }),
  'vault.write': arm('Microsoft.KeyVault/vaults/write', { operator: true }),
  'vault.delete': arm('Microsoft.KeyVault/vaults/delete', { system: true }),
  'vault.writePolicies': arm('Microsoft.KeyVault/vaults/accessPolicies/write'),
  'vault.checkName': arm('Microsoft.KeyVault/checkNameAvailability/read'),
  'vault.readDeleted': arm('Microsoft.KeyVault/locations/deletedVaults/read'),
  'vault.listDeleted': arm('Microsoft.KeyVault/deletedVaults/read', { operator: true }),
  'vault.purge': arm('Microsoft.KeyVault/locations/deletedVaults/purge/action', { operator: true, system: true }),
  'vault.readKey': arm('Microsoft.KeyVault/vaults/keys/read'),
  'vault.writeKey': arm('Microsoft.KeyVault/vaults/keys/write'),
  'vault.readSecret': arm('Microsoft.KeyVault/vaults/secrets/read'),
  'vault.writeSecret': arm('Microsoft.KeyVault/vaults/secrets/write'),
  'vault.readKeyVersion': arm('Microsoft.KeyVault/vaults/keys/versions/read'),
  'privateLink.read': arm('Microsoft.KeyVault/vaults/privateLinkResources/read'),
  'privateConnection.read': arm('Microsoft.KeyVault/vaults/privateEndpointConnections/read'),
  'privateConnection.write': arm('Microsoft.KeyVault/vaults/privateEndpointConnections/write'),
  'privateConnection.delete': arm('Microsoft.KeyVault/vaults/privateEndpointConnections/delete'),
  'privateConnection.approve': arm('Microsoft.KeyVault/vaults/PrivateEndpointConnectionsApproval/action'),
  'privateEndpoint.read': arm('Microsoft.Network/privateEndpoints/read'),
  'privateEndpoint.write': arm('Microsoft.Network/privateEndpoints/write'),
  'privateEndpoint.delete': arm('Microsoft.Network/privateEndpoints/delete', { system: true }),
  'hsm.read': arm('Microsoft.KeyVault/managedHSMs/read'),
  'hsm.listDeleted': arm('Microsoft.KeyVault/deletedManagedHSMs/read'),
  'roleAssignment.read': arm('Microsoft.Authorization/roleAssignments/read'),
  'roleAssignment.write': arm('Microsoft.Authorization/roleAssignments/write'),
  'roleAssignment.delete': arm('Microsoft.Authorization/roleAssignments/delete'),
  'roleDefinition.read': arm('Microsoft.Authorization/roleDefinitions/read'),
  'lock.read': arm('Microsoft.Authorization/locks/read'),
  'lock.write': arm('Microsoft.Authorization/locks/write'),
  'lock.delete': arm('Microsoft.Authorization/locks/delete'),
  'roleDefinition.write': arm('Microsoft.Authorization/roleDefinitions/write'),
  'roleDefinition.delete': arm('Microsoft.Authorization/roleDefinitions/delete'),
  'policyAssignment.read': arm('Microsoft.Authorization/policyAssignments/read'),
  'denyAssignment.read': arm('Microsoft.Authorization/denyAssignments/read'),
  'identity.read': arm('Microsoft.ManagedIdentity/userAssignedIdentities/read'),
  'identity.write': arm('Microsoft.ManagedIdentity/userAssignedIdentities/write'),
  'identity.delete': arm('Microsoft.ManagedIdentity/userAssignedIdentities/delete', { system: true }),
  'federatedCredential.read': arm('Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read'),
  'federatedCredential.write': arm('Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write'),
  'federatedCredential.delete': arm('Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/delete'),
  // The provider registers the action with a star in its name, which built-in roles repeat, and is asked for it without.
  'identity.assign': {
    azure: 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
    impliedBy: 'identity.assignAny',
    operator: true,
  },
  'identity.assignAny': arm('Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action'),
  'diskSet.read': arm('Microsoft.Compute/diskEncryptionSets/read'),
  'diskSet.write': arm('Microsoft.Compute/diskEncryptionSets/write'),
  'diskSet.delete': arm('Microsoft.Compute/diskEncryptionSets/delete', { system: true }),
  'diskSet.follow': { system: true },
  'network.read': arm('Microsoft.Network/virtualNetworks/read'),
  'network.write': arm('Microsoft.Network/virtualNetworks/write'),
  'network.delete': arm('Microsoft.Network/virtualNetworks/delete', { system: true }),
  'subnet.read': arm('Microsoft.Network/virtualNetworks/subnets/read'),
  'subnet.write': arm('Microsoft.Network/virtualNetworks/subnets/write'),
  'subnet.delete': arm('Microsoft.Network/virtualNetworks/subnets/delete'),
  'subnet.join': arm('Microsoft.Network/virtualNetworks/subnets/join/action'),
  'interface.read': arm('Microsoft.Network/networkInterfaces/read'),
  'interface.write': arm('Microsoft.Network/networkInterfaces/write'),
  'interface.delete': arm('Microsoft.Network/networkInterfaces/delete', { system: true }),
  'interface.join': arm('Microsoft.Network/networkInterfaces/join/action'),
  'machine.read': arm('Microsoft.Compute/virtualMachines/read'),
  'machine.write': arm('Microsoft.Compute/virtualMachines/write', { operator: true }),
  'machine.delete': arm('Microsoft.Compute/virtualMachines/delete', { system: true }),
  'machine.readView': arm('Microsoft.Compute/virtualMachines/instanceView/read'),
  'machine.start': arm('Microsoft.Compute/virtualMachines/start/action'),
  'machine.powerOff': arm('Microsoft.Compute/virtualMachines/powerOff/action'),
  'machine.deallocate': arm('Microsoft.Compute/virtualMachines/deallocate/action'),
  'machine.restart': arm('Microsoft.Compute/virtualMachines/restart/action'),
  'machine.redeploy': arm('Microsoft.Compute/virtualMachines/redeploy/action'),
  'machine.serveMetadata': { operator: true },
  'disk.read': arm('Microsoft.Compute/disks/read'),
  'disk.write': arm('Microsoft.Compute/disks/write'),
  'disk.delete': arm('Microsoft.Compute/disks/delete', { system: true }),
  'disk.beginGetAccess': arm('Microsoft.Compute/disks/beginGetAccess/action'),
  'disk.endGetAccess': arm('Microsoft.Compute/disks/endGetAccess/action'),
  'disk.export': { operator: true, system: true },
  'disk.readBytes': { carried: true },
  'disk.expireAccess': { system: true },
  // the directory
  'directory.read': { directory: 'read', operator: true },
  'directory.write': { directory: 'write', operator: true },
  'signingKey.roll': { operator: true, system: true },
  // the instance itself
  'instance.read': { operator: true },
  'instance.operate': { operator: true, system: true },
  'instance.seal': { operator: true },
  'audit.read': { operator: true },
  'authority.revoke': { operator: true },
  'authority.forget': { system: true },
} as const satisfies Record<string, PermissionRow>

export type Permission = keyof typeof permissions

/** The row with every column readable, present or not. */
export const permissionRow = (permission: Permission): PermissionRow => permissions[permission]
