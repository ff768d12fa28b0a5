import type { CompartmentId } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Context } from '#domain/context.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { deleteDisk } from '#domain/disks/delete-disk.ts'
import { deleteSet } from '#domain/disks/delete-disk-encryption-set.ts'
import { diskType, setType } from '#domain/disks/set-place.ts'
import { deleteMachine } from '#domain/machines/delete-machine.ts'
import { machineType } from '#domain/machines/machine-place.ts'
import { interfaceType, networkType } from '#domain/networks/network-place.ts'
import { deleteInterface } from '#domain/networks/set-interface.ts'
import { deleteNetwork } from '#domain/networks/set-network.ts'
import { deleteEndpoint, endpointType } from '#domain/networks/private-endpoints.ts'
import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import { deleteVault } from './delete-vault.ts'
import { changedNow } from './envelope.ts'
import type { ResourceEnvelope } from './records.ts'
import { vaultType } from './set-vault.ts'
import { deleteIdentity, identityType } from './user-assigned-identities.ts'

type ById<R extends ResourceEnvelope> = Held<R, readonly [armId: string]>

/** Any tracked resource, as lists and the deletion of a group see it. */
export type HeldResource = ById<ResourceEnvelope>

/** One type of tracked resource: where they are, who may see one, how one goes. */
export interface ResourceType {
  readonly type: string
  readonly read: Permission
  /** Outside a call's reads: what a deletion has still before it. */
  peek(context: Context): readonly HeldResource[]
  all(context: Context, call: Call, at: Wanted): readonly HeldResource[]
  find(context: Context, call: Call, at: Pick<HeldResource, 'compartment' | 'path'>): Promise<HeldResource | undefined>
  /** Its tags and nothing else of it. */
  retag(
    context: Context,
    call: Call,
    change: Pick<HeldResource, 'compartment' | 'path'> & { readonly tags: Readonly<Record<string, string>> },
  ): Promise<void>
  /** Under the job's own permit; raises a Problem where it cannot go. */
  remove(context: Context, call: Call, held: HeldResource): Promise<void>
}

interface Wanted {
  readonly compartment: CompartmentId
  readonly keep: (held: HeldResource) => boolean
}

interface Row<R extends ResourceEnvelope> {
  readonly type: string
  readonly read: Permission
  readonly records: (context: Context) => Records<R, readonly [armId: string]>
  readonly remove: (context: Context, call: Call, held: ById<R>) => Promise<void>
}

const resourceType = <R extends ResourceEnvelope>({ type, read, records, remove }: Row<R>): ResourceType => ({
  type,
  read,
  peek: context => records(context).peek(),
  all: (context, call, { compartment, keep }) => records(context).all(call, compartment, keep),
  find: async (context, call, { compartment, path }) => records(context).get(call, compartment, path),
  async retag(context, call, { compartment, path, tags }) {
    const held = await records(context).get(call, compartment, path)
    if (held !== undefined) records(context).update(call, held, { ...held.value, ...changedNow(call), tags: { ...tags } })
  },
  async remove(context, call, { compartment, path }) {
    const held = await records(context).get(call, compartment, path)
    if (held !== undefined) await remove(context, call, held)
  },
})

/** In the order in which a group loses them: what depends on another goes first. */
export const resourceTypes: readonly ResourceType[] = [
  resourceType({
    type: machineType,
    read: 'machine.read',
    records: context => context.virtualMachines,
    remove: async (context, call, machine) =>
      deleteMachine(context, call, { permit: context.access.permit(call, 'machine.delete', { on: machine.value.scope }), machine }),
  }),
  resourceType({
    type: interfaceType,
    read: 'interface.read',
    records: context => context.networkInterfaces,
    remove: async (context, call, held) =>
      deleteInterface(context, call, { permit: context.access.permit(call, 'interface.delete', { on: held.value.scope }), held }),
  }),
  resourceType({
    type: diskType,
    read: 'disk.read',
    records: context => context.disks,
    remove: async (context, call, disk) =>
      deleteDisk(context, call, { permit: context.access.permit(call, 'disk.delete', { on: disk.value.scope }), disk }),
  }),
  resourceType({
    type: setType,
    read: 'diskSet.read',
    records: context => context.diskEncryptionSets,
    remove: async (context, call, set) =>
      deleteSet(context, call, { permit: context.access.permit(call, 'diskSet.delete', { on: set.value.scope }), set }),
  }),
  resourceType({
    type: endpointType,
    read: 'privateEndpoint.read',
    records: context => context.privateEndpoints,
    remove: async (context, call, endpoint) =>
      deleteEndpoint(context, call, {
        permit: context.access.permit(call, 'privateEndpoint.delete', { on: endpoint.value.scope }),
        endpoint,
      }),
  }),
  resourceType({
    type: networkType,
    read: 'network.read',
    records: context => context.virtualNetworks,
    remove: async (context, call, network) =>
      deleteNetwork(context, call, { permit: context.access.permit(call, 'network.delete', { on: network.value.scope }), network }),
  }),
  resourceType({
    type: vaultType,
    read: 'vault.read',
    records: context => context.vaults,
    remove: async (context, call, vault) =>
      deleteVault(context, call, { permit: context.access.permit(call, 'vault.delete', { on: vault.value.scope }), vault }),
  }),
  resourceType({
    type: identityType,
    read: 'identity.read',
    records: context => context.userAssignedIdentities,
    remove: async (context, call, identity) =>
      deleteIdentity(context, call, { permit: context.access.permit(call, 'identity.delete', { on: identity.value.scope }), identity }),
  }),
]
