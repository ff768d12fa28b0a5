import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { ArmSite } from '#protocols/arm/site.ts'
import { changeAccessPolicies } from './change-access-policies.ts'
import { checkVaultName } from './check-vault-name.ts'
import { computeOperations } from './compute-operations.ts'
import { deleteGroup } from './delete-group.ts'
import { deleteIdentity } from './delete-identity.ts'
import { deleteRoleAssignment } from './delete-role-assignment.ts'
import { deleteRoleDefinition } from './delete-role-definition.ts'
import { deleteVault } from './delete-vault.ts'
import { getDeletedVault } from './get-deleted-vault.ts'
import { getGroup } from './get-group.ts'
import { getIdentity } from './get-identity.ts'
import { getMetadata } from './get-metadata.ts'
import { getOperation } from './get-operation.ts'
import { getOperationResult } from './get-operation-result.ts'
import { getProvider } from './get-provider.ts'
import { getRoleAssignment } from './get-role-assignment.ts'
import { getRoleDefinition, getRoleDefinitionAnywhere } from './get-role-definition.ts'
import { getSubscription } from './get-subscription.ts'
import { getVault } from './get-vault.ts'
import { getVaultKey, getVaultKeyVersion } from './get-vault-key.ts'
import { governanceOperations } from './governance-operations.ts'
import { getVaultSecret } from './get-vault-secret.ts'
import { headGroup } from './head-group.ts'
import { listDeletedVaults } from './list-deleted-vaults.ts'
import { getDenyAssignment, listDenyAssignments, listPolicyAssignments } from './list-denials.ts'
import { listGroups } from './list-groups.ts'
import { listGroupIdentities, listIdentities } from './list-identities.ts'
import { listLocations } from './list-locations.ts'
import { listDeletedManagedHsms, listGroupManagedHsms, listManagedHsms } from './list-managed-hsms.ts'
import { listPermissions } from './list-permissions.ts'
import { listProviders } from './list-providers.ts'
import { listGroupResources, listResources } from './list-resources.ts'
import { listRoleAssignments } from './list-role-assignments.ts'
import { listRoleDefinitions } from './list-role-definitions.ts'
import { listSubscriptions } from './list-subscriptions.ts'
import { listTenants } from './list-tenants.ts'
import { listVaultKeys, listVaultKeyVersions } from './list-vault-keys.ts'
import { listVaultSecrets } from './list-vault-secrets.ts'
import { listGroupVaults, listVaults } from './list-vaults.ts'
import { networkOperations } from './network-operations.ts'
import { patchGroup } from './patch-group.ts'
import { patchIdentity } from './patch-identity.ts'
import { patchVault } from './patch-vault.ts'
import { purgeVault } from './purge-vault.ts'
import { putGroup } from './put-group.ts'
import { deleteFederatedCredential } from './delete-federated-credential.ts'
import { getFederatedCredential } from './get-federated-credential.ts'
import { listFederatedCredentials } from './list-federated-credentials.ts'
import { putFederatedCredential } from './put-federated-credential.ts'
import { putIdentity } from './put-identity.ts'
import { putRoleAssignment } from './put-role-assignment.ts'
import { putRoleDefinition } from './put-role-definition.ts'
import { putVault } from './put-vault.ts'
import { putVaultKey } from './put-vault-key.ts'
import { patchVaultSecret, putVaultSecret } from './put-vault-secret.ts'
import { registerProvider, unregisterProvider } from './register-provider.ts'

/** Everything that ARM answers here. A new operation is one file and one line. */
export const operations: readonly Operation<Context, ArmSite>[] = [
  getMetadata,
  listTenants,
  listSubscriptions,
  getSubscription,
  listLocations,
  listProviders,
  getProvider,
  registerProvider,
  unregisterProvider,
  getOperation,
  getOperationResult,
  putGroup,
  patchGroup,
  getGroup,
  headGroup,
  deleteGroup,
  listGroups,
  listResources,
  listGroupResources,
  putVault,
  patchVault,
  getVault,
  deleteVault,
  listVaults,
  listGroupVaults,
  changeAccessPolicies,
  checkVaultName,
  listDeletedVaults,
  getDeletedVault,
  purgeVault,
  listManagedHsms,
  listGroupManagedHsms,
  listDeletedManagedHsms,
  putVaultKey,
  getVaultSecret,
  listVaultSecrets,
  putVaultSecret,
  patchVaultSecret,
  getVaultKey,
  getVaultKeyVersion,
  listVaultKeys,
  listVaultKeyVersions,
  putFederatedCredential,
  getFederatedCredential,
  deleteFederatedCredential,
  listFederatedCredentials,
  putIdentity,
  patchIdentity,
  getIdentity,
  deleteIdentity,
  listIdentities,
  listGroupIdentities,
  listRoleDefinitions,
  getRoleDefinition,
  getRoleDefinitionAnywhere,
  putRoleDefinition,
  deleteRoleDefinition,
  putRoleAssignment,
  getRoleAssignment,
  deleteRoleAssignment,
  listRoleAssignments,
  listPermissions,
  listDenyAssignments,
  getDenyAssignment,
  listPolicyAssignments,
  ...computeOperations,
  ...networkOperations,
  ...governanceOperations,
]
