import type { Context } from '#domain/context.ts'
import type { GraphSite } from '#protocols/graph/site.ts'
import type { Operation } from '#protocols/http/operation.ts'
import { addApplicationPassword } from './add-application-password.ts'
import { addServicePrincipalPassword } from './add-service-principal-password.ts'
import { createApplication } from './create-application.ts'
import { createServicePrincipal } from './create-service-principal.ts'
import { createUserOperation } from './create-user.ts'
import { deleteApplication } from './delete-application.ts'
import { deleteServicePrincipal } from './delete-service-principal.ts'
import { deleteUserOperation } from './delete-user.ts'
import { getApplication } from './get-application.ts'
import { getByAlternateKey } from './get-by-alternate-key.ts'
import { getDirectoryObjects } from './get-directory-objects.ts'
import { getMe } from './get-me.ts'
import { getServicePrincipal } from './get-service-principal.ts'
import { getUser } from './get-user.ts'
import { getUserInfo } from './get-user-info.ts'
import { listApplications } from './list-applications.ts'
import { listOrganization } from './list-organization.ts'
import { listServicePrincipals } from './list-service-principals.ts'
import { listUsers } from './list-users.ts'
import { removeApplicationPassword } from './remove-application-password.ts'
import { removeServicePrincipalPassword } from './remove-service-principal-password.ts'
import { revokeSignInSessions } from './revoke-sign-in-sessions.ts'
import { updateApplication } from './update-application.ts'
import { updateServicePrincipal } from './update-service-principal.ts'
import { updateUser } from './update-user.ts'
import { listGroups } from './list-groups.ts'
import { createGroupOperation } from './create-group.ts'
import { getGroup } from './get-group.ts'
import { updateGroup } from './update-group.ts'
import { deleteGroup } from './delete-group.ts'
import { listGroupMembers } from './list-group-members.ts'
import { listGroupMemberRefs } from './list-group-member-refs.ts'
import { addGroupMember } from './add-group-member.ts'
import { removeGroupMember } from './remove-group-member.ts'
import { listGroupTransitiveMembers } from './list-group-transitive-members.ts'
import { listMyOwnedObjects, listOwnedObjects } from './list-owned-objects.ts'
import { listMemberOf } from './list-member-of.ts'
import { listTransitiveMemberOf } from './list-transitive-member-of.ts'
import { getMemberGroups } from './get-member-groups.ts'
import { getMemberObjects } from './get-member-objects.ts'
import { checkMemberGroups } from './check-member-groups.ts'
import { getDirectoryObject } from './get-directory-object.ts'
import { listOwners } from './list-owners.ts'
import { addOwnerOperation } from './add-owner.ts'
import { removeOwnerOperation } from './remove-owner.ts'
import { listFederatedCredentials } from './list-federated-credentials.ts'
import { createFederatedCredential } from './create-federated-credential.ts'
import { getFederatedCredential } from './get-federated-credential.ts'
import { updateFederatedCredential } from './update-federated-credential.ts'
import { deleteFederatedCredential } from './delete-federated-credential.ts'
import { listPermissionGrants } from './list-permission-grants.ts'
import { createPermissionGrant } from './create-permission-grant.ts'
import { getPermissionGrant } from './get-permission-grant.ts'
import { updatePermissionGrant } from './update-permission-grant.ts'
import { deletePermissionGrant } from './delete-permission-grant.ts'
import { countUsers, countGroups, countApplications, countServicePrincipals, countGroupMembers } from './count-objects.ts'
import {
  listDeletedUsers,
  listDeletedGroups,
  listDeletedApplications,
  listDeletedServicePrincipals,
  getDeletedItem,
  restoreDeletedItem,
  purgeDeletedItem,
} from './deleted-items.ts'
import {
  listAppRoleAssignments,
  createAppRoleAssignment,
  deleteAppRoleAssignment,
  listAppRoleAssignedTo,
  getAppRoleAssignedTo,
  createAppRoleAssignedTo,
  deleteAppRoleAssignedTo,
} from './app-role-assignments.ts'

export const operations: readonly Operation<Context, GraphSite>[] = [
  listApplications,
  createApplication,
  getApplication,
  updateApplication,
  deleteApplication,
  addApplicationPassword,
  removeApplicationPassword,
  listServicePrincipals,
  createServicePrincipal,
  getServicePrincipal,
  updateServicePrincipal,
  deleteServicePrincipal,
  addServicePrincipalPassword,
  removeServicePrincipalPassword,
  listUsers,
  createUserOperation,
  getUser,
  updateUser,
  deleteUserOperation,
  revokeSignInSessions,
  listGroups,
  createGroupOperation,
  getGroup,
  updateGroup,
  deleteGroup,
  listGroupMembers,
  listGroupMemberRefs,
  addGroupMember,
  removeGroupMember,
  listGroupTransitiveMembers,
  listMemberOf,
  listTransitiveMemberOf,
  getMemberGroups,
  getMemberObjects,
  checkMemberGroups,
  getDirectoryObject,
  listOwners,
  addOwnerOperation,
  removeOwnerOperation,
  listFederatedCredentials,
  createFederatedCredential,
  getFederatedCredential,
  updateFederatedCredential,
  deleteFederatedCredential,
  listPermissionGrants,
  createPermissionGrant,
  getPermissionGrant,
  updatePermissionGrant,
  deletePermissionGrant,
  countUsers,
  countGroups,
  countApplications,
  countServicePrincipals,
  countGroupMembers,
  listDeletedUsers,
  listDeletedGroups,
  listDeletedApplications,
  listDeletedServicePrincipals,
  getDeletedItem,
  restoreDeletedItem,
  purgeDeletedItem,
  listAppRoleAssignments,
  createAppRoleAssignment,
  deleteAppRoleAssignment,
  listAppRoleAssignedTo,
  getAppRoleAssignedTo,
  createAppRoleAssignedTo,
  deleteAppRoleAssignedTo,
  getDirectoryObjects,
  getMe,
  listMyOwnedObjects,
  listOwnedObjects,
  getUserInfo,
  listOrganization,
  getByAlternateKey,
]
