import { addAccountRole, addAccountUser } from './account-entities.ts'
import { addAccountOperation, listAccountsOperation } from './accounts.ts'
import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { AdminSite } from '#protocols/admin/site.ts'
import { addApplication } from './add-application.ts'
import { addSeal } from './add-seal.ts'
import { addUser } from './add-user.ts'
import { auditHead } from './audit-head.ts'
import { environment } from './environment.ts'
import { explainAccess, minimalAccess, tryAccess } from './explain-access.ts'
import { exportDisk } from './export-disk.ts'
import { serveMetadata } from './serve-metadata.ts'
import { createVault, listVaults, purgeVault, recoverVault } from './vaults.ts'
import { assignMachineIdentity, createMachine } from './machines.ts'
import { listSeals } from './list-seals.ts'
import { listUsers } from './list-users.ts'
import { queryAudit } from './query-audit.ts'
import { removeSeal } from './remove-seal.ts'
import { reviewAccess } from './review-access.ts'
import { revokeCertificate } from './revoke-certificate.ts'
import { removeUser } from './remove-user.ts'
import { sealInstance } from './seal-instance.ts'
import { setPasswordGrant } from './set-password-grant.ts'
import { setUserEnabled } from './set-user-enabled.ts'
import { setUserPassword } from './set-user-password.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { unsealInstance } from './unseal-instance.ts'
import { verifyAudit } from './verify-audit.ts'
import { createTenantOperation } from './create-tenant.ts'
import { listTenants } from './list-tenants.ts'
import { createGroupOperation } from './create-group.ts'
import { listGroups } from './list-groups.ts'
import { changeGroupMember } from './change-group-member.ts'
import { removeGroupOperation } from './remove-group.ts'
import { addAlarmOperation, listAlarmsOperation, removeAlarmOperation, testAlarmOperation } from './alarms.ts'
import { listRotations, rotateCompartment, rotateRoot } from './rotations.ts'
import { addApplicationCredential, listApplicationCredentials, removeApplicationCredential } from './application-credentials.ts'
import { listDependents, listEveryKey, listLastUses, showImpact, showKeyReference } from './keys.ts'
import { federateApplication } from './federate-application.ts'
import { listStandings, showFleet, showLayers, verifyResources } from './looking.ts'
import { showHierarchy } from './show-hierarchy.ts'
import { createBackup, showBackup } from './backups.ts'
import { checkBytes } from './check-bytes.ts'
import { exportAudit, exportAuditPage } from './export-audit.ts'

export const operations: readonly Operation<Context, AdminSite>[] = [
  addApplication,
  addSeal,
  addUser,
  auditHead,
  environment,
  explainAccess,
  exportDisk,
  serveMetadata,
  createVault,
  listVaults,
  recoverVault,
  purgeVault,
  createMachine,
  assignMachineIdentity,
  listSeals,
  listUsers,
  queryAudit,
  removeSeal,
  reviewAccess,
  revokeCertificate,
  removeUser,
  sealInstance,
  setPasswordGrant,
  setUserEnabled,
  setUserPassword,
  status,
  stop,
  unsealInstance,
  verifyAudit,
  createTenantOperation,
  addAccountOperation,
  listAccountsOperation,
  addAccountUser,
  addAccountRole,
  listTenants,
  createGroupOperation,
  listGroups,
  changeGroupMember,
  removeGroupOperation,
  rotateRoot,
  rotateCompartment,
  listRotations,
  federateApplication,
  addAlarmOperation,
  listAlarmsOperation,
  removeAlarmOperation,
  testAlarmOperation,
  addApplicationCredential,
  listApplicationCredentials,
  removeApplicationCredential,
  listEveryKey,
  listDependents,
  listLastUses,
  showKeyReference,
  tryAccess,
  minimalAccess,
  showHierarchy,
  checkBytes,
  showImpact,
  listStandings,
  showLayers,
  showFleet,
  verifyResources,
  exportAudit,
  exportAuditPage,
  createBackup,
  showBackup,
]
