import { Problem } from '#model/problem.ts'
import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { removeAssignmentsIn } from '#domain/access/scope-assignments.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { removeEventSubscriptionsOf } from '#domain/events/remove-subscription.ts'
import type { DueTask } from '#domain/jobs/task.ts'
import { removeConnectionsOf } from '#domain/networks/connections.ts'
import type { Held } from '#domain/records/family.ts'
import type { HeldVault } from './find-vault.ts'
import type { DeletedVault } from './records.ts'
import { childScope, subscriptionScope } from './scopes.ts'
import { reservationOf } from './vault-names.ts'

const dayMs = 86_400_000

export type HeldDeletedVault = Held<DeletedVault, readonly [name: string]>

/** Where a deleted vault stands for permissions. */
export const deletedVaultScope = (at: { readonly subscriptionId: string; readonly location: string; readonly name: string }): Scope =>
  childScope(subscriptionScope(at.subscriptionId), `providers/Microsoft.KeyVault/locations/${at.location}/deletedVaults/${at.name}`)

/** Soft delete: the vault with all that is in it, until its retention ends. Its role assignments, private connections and event subscriptions go, and do not come back with it, as in Azure. */
export async function deleteVault(
  context: Needs<
    'vaults' | 'deletedVaults' | 'names' | 'roleAssignments' | 'privateEndpointConnections' | 'eventSubscriptions' | 'instance'
  >,
  call: Call,
  request: { readonly permit: Permit<'vault.delete'>; readonly vault: HeldVault },
): Promise<void> {
  const { permit, vault } = request
  assertPermits(permit, vault.value.scope)
  const { name, tenantId, scope, softDeleteRetentionInDays } = vault.value
  const reserved = await reservationOf(context, call, name)
  if (reserved === undefined) throw new Error(`the vault ${name} has no reserved name`)
  context.vaults.remove(call, vault)
  context.names.update(call, reserved, { ...reserved.value, state: 'deleted' })
  context.deletedVaults.create(call, vault.compartment, {
    path: [name.toLowerCase()],
    value: { vault: vault.value, deletedAt: call.at, scheduledPurgeAt: call.at + softDeleteRetentionInDays * dayMs },
  })
  removeAssignmentsIn(context, call, { tenantId, scope })
  removeConnectionsOf(context, call, vault)
  removeEventSubscriptionsOf(context, call, vault)
}

/** Raises `ResourceNotFound`. */
export async function deletedVaultNamed(
  context: Needs<'deletedVaults'>,
  call: Call,
  at: { readonly subscriptionId: string; readonly location: string; readonly name: string },
): Promise<HeldDeletedVault> {
  const held = await context.deletedVaults.get(call, compartmentOfGuid(at.subscriptionId), [at.name.toLowerCase()])
  if (held !== undefined && held.value.vault.location === at.location) return held
  throw new Problem({ code: 'ResourceNotFound', details: { type: 'Microsoft.KeyVault/deletedVaults', name: at.name } })
}

type PurgeNeeds = Needs<'deletedVaults' | 'names' | 'instance'>

/** Destroys the vault's compartment key, and with it every version of every key. Raises `PurgeProtected`. */
export async function purgeVault(
  context: PurgeNeeds,
  call: Call,
  request: { readonly permit: Permit<'vault.purge'>; readonly deleted: HeldDeletedVault },
): Promise<void> {
  const { vault } = request.deleted.value
  if (vault.enablePurgeProtection) throw new Problem({ code: 'PurgeProtected', details: { vault: vault.name, location: vault.location } })
  await destroyVault(context, call, request)
}

async function destroyVault(
  context: PurgeNeeds,
  call: Call,
  { permit, deleted }: { readonly permit: Permit<'vault.purge'>; readonly deleted: HeldDeletedVault },
): Promise<void> {
  const { vault } = deleted.value
  const [, subscriptionPlace = ''] = vault.scope
  const subscriptionId = subscriptionPlace.slice('/subscriptions/'.length)
  assertPermits(permit, deletedVaultScope({ subscriptionId, location: vault.location, name: vault.name }))
  const reserved = await reservationOf(context, call, vault.name)
  if (reserved !== undefined) context.names.remove(call, reserved)
  context.deletedVaults.remove(call, deleted)
  call.materials.push({ removeCompartment: vault.compartment })
}

/** Purges what was deleted when its retention ends, protected or not: protection holds until then. */
export const vaultTasks: readonly DueTask[] = [
  {
    family: 'deletedVaults',
    operation: 'VaultPurgeIfDue',
    async run(context, call, { compartment, path: [name] }) {
      if (name === undefined) return false
      const deleted = await context.deletedVaults.get(call, compartment, [name])
      if (deleted === undefined || deleted.value.scheduledPurgeAt > call.at) return false
      const { vault } = deleted.value
      call.resource = vault.id
      const subscriptionId = (vault.scope[1] ?? '').slice('/subscriptions/'.length)
      const on = deletedVaultScope({ subscriptionId, location: vault.location, name: vault.name })
      await destroyVault(context, call, { permit: context.access.permit(call, 'vault.purge', { on }), deleted })
      return true
    },
  },
]
