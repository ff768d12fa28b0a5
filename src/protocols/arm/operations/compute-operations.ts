import type { Context } from '#domain/context.ts'
import type { Operation } from '#protocols/http/operation.ts'
import type { ArmSite } from '#protocols/arm/site.ts'
import { diskBeginGetAccess } from './disk-begin-get-access.ts'
import { diskDelete } from './disk-delete.ts'
import { diskEncryptionSetDelete } from './disk-encryption-set-delete.ts'
import { diskEncryptionSetGet } from './disk-encryption-set-get.ts'
import { diskEncryptionSetListAssociated, diskEncryptionSetListAssociatedByPost } from './disk-encryption-set-list-associated.ts'
import { diskEncryptionSetListByGroup } from './disk-encryption-set-list-by-group.ts'
import { diskEncryptionSetListBySubscription } from './disk-encryption-set-list-by-subscription.ts'
import { diskEncryptionSetPatch } from './disk-encryption-set-patch.ts'
import { diskEncryptionSetPut } from './disk-encryption-set-put.ts'
import { diskEndGetAccess } from './disk-end-get-access.ts'
import { diskGet } from './disk-get.ts'
import { diskListByGroup } from './disk-list-by-group.ts'
import { diskListBySubscription } from './disk-list-by-subscription.ts'
import { diskPatchOperation } from './disk-patch.ts'
import { diskPutOperation } from './disk-put.ts'
import { machineDelete } from './machine-delete.ts'
import { machineGet, machineInstanceView } from './machine-get.ts'
import { machineList, machineListInGroup } from './machine-list.ts'
import { machinePatch } from './machine-patch.ts'
import { machineDeallocate, machinePowerOff, machineRedeploy, machineRestart, machineStart } from './machine-power.ts'
import { machinePut } from './machine-put.ts'

export const computeOperations: readonly Operation<Context, ArmSite>[] = [
  diskEncryptionSetPut,
  diskEncryptionSetPatch,
  diskEncryptionSetGet,
  diskEncryptionSetDelete,
  diskEncryptionSetListByGroup,
  diskEncryptionSetListBySubscription,
  diskEncryptionSetListAssociated,
  diskEncryptionSetListAssociatedByPost,
  diskPutOperation,
  diskPatchOperation,
  diskGet,
  diskDelete,
  diskListByGroup,
  diskListBySubscription,
  diskBeginGetAccess,
  diskEndGetAccess,
  machinePut,
  machinePatch,
  machineGet,
  machineInstanceView,
  machineDelete,
  machineList,
  machineListInGroup,
  machineStart,
  machinePowerOff,
  machineRestart,
  machineRedeploy,
  machineDeallocate,
]
