import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { deleteDisk } from '#domain/disks/delete-disk.ts'
import { deleteSet } from '#domain/disks/delete-disk-encryption-set.ts'
import { diskType, setType } from '#domain/disks/set-place.ts'
import type { Held } from '#domain/records/family.ts'
import { deleteVault } from './delete-vault.ts'
import type { ResourceEnvelope } from './records.ts'
import { vaultType } from './set-vault.ts'
import { deleteIdentity, identityType } from './user-assigned-identities.ts'

/** Any tracked resource, as lists and the deletion of a group see it. */
export type HeldResource = Held<ResourceEnvelope, readonly [armId: string]>

/** One type of tracked resource: where they are, who may see one, how one goes. */
export interface ResourceType {
  readonly type: string
  readonly read: Permission
  peek(context: Context): readonly HeldResource[]
  find(context: Context, call: Call, at: Pick<HeldResource, 'compartment' | 'path'>): Promise<HeldResource | undefined>
  /** Under the job's own permit; raises a Problem where it cannot go. */
  remove(context: Context, call: Call, held: HeldResource): Promise<void>
}

/** In the order in which a group loses them: what depends on another goes first. */
export const resourceTypes: readonly ResourceType[] = [
  {
    type: diskType,
    read: 'disk.read',
    peek: context => context.disks.peek(),
    find: async (context, call, { compartment, path }) => context.disks.get(call, compartment, path),
    async remove(context, call, held) {
      const disk = await context.disks.get(call, held.compartment, held.path)
      if (disk === undefined) return
      await deleteDisk(context, call, { permit: context.access.permit(call, 'disk.delete', { on: disk.value.scope }), disk })
    },
  },
  {
    type: setType,
    read: 'diskSet.read',
    peek: context => context.diskEncryptionSets.peek(),
    find: async (context, call, { compartment, path }) => context.diskEncryptionSets.get(call, compartment, path),
    async remove(context, call, held) {
      const set = await context.diskEncryptionSets.get(call, held.compartment, held.path)
      if (set === undefined) return
      await deleteSet(context, call, { permit: context.access.permit(call, 'diskSet.delete', { on: set.value.scope }), set })
    },
  },
  {
    type: vaultType,
    read: 'vault.read',
    peek: context => context.vaults.peek(),
    find: async (context, call, { compartment, path }) => context.vaults.get(call, compartment, path),
    async remove(context, call, held) {
      const vault = await context.vaults.get(call, held.compartment, held.path)
      if (vault === undefined) return
      await deleteVault(context, call, { permit: context.access.permit(call, 'vault.delete', { on: vault.value.scope }), vault })
    },
  },
  {
    type: identityType,
    read: 'identity.read',
    peek: context => context.userAssignedIdentities.peek(),
    find: async (context, call, { compartment, path }) => context.userAssignedIdentities.get(call, compartment, path),
    async remove(context, call, held) {
      const identity = await context.userAssignedIdentities.get(call, held.compartment, held.path)
      if (identity === undefined) return
      await deleteIdentity(context, call, {
        permit: context.access.permit(call, 'identity.delete', { on: identity.value.scope }),
        identity,
      })
    },
  },
]
