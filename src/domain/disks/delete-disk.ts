import { sealed } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { removeAssignmentsIn } from '#domain/access/scope-assignments.ts'
import { machineOfDisk } from '#domain/machines/machine-place.ts'
import { notNow } from '#domain/resources/arm-refusal.ts'
import { refuseWhileGranted } from './access-grant.ts'
import type { HeldDisk } from './disk-standing.ts'
import { tenantOf } from './set-place.ts'

/** Outbox topic: the body is a disk's id, whose chunks and exports go once the deletion is committed. */
export const diskRemovedTopic = 'diskRemoved'

/**
 * The record, its data keys and its leases end with the commit; the chunks, unreadable from then on, are unlinked after it by who
 * consumes the outbox. The id is random and says nothing: it travels in the clear. Raises `ArmRefused` while a link to its bytes is out.
 */
export async function deleteDisk(
  context: Needs<'disks' | 'virtualMachines' | 'subscriptions' | 'roleAssignments'>,
  call: Call,
  { permit, disk }: { readonly permit: Permit<'disk.delete'>; readonly disk: HeldDisk },
): Promise<void> {
  const { scope, diskId } = disk.value
  assertPermits(permit, scope)
  refuseWhileGranted(disk, call.at)
  const owner = machineOfDisk(context, call, disk)
  if (owner !== undefined)
    throw notNow(`Disk ${disk.value.name} is attached to VM ${owner.value.id} and cannot be deleted. Please detach it and retry.`)
  const tenantId = await tenantOf(context, call, (scope[1] ?? '').slice('/subscriptions/'.length))
  removeAssignmentsIn(context, call, { tenantId, scope })
  context.disks.remove(call, disk)
  call.materials.push({ removeOf: disk.id })
  call.effects.push({ topic: diskRemovedTopic, body: sealed(new TextEncoder().encode(diskId)) })
}
