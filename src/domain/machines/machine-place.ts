import type { Scope } from '#model/brands.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { missingIn } from '#domain/resources/groups.ts'
import { childScope, groupArmId, groupScope, resourceArmId, subscriptionOfArmId } from '#domain/resources/scopes.ts'
import type { VirtualMachine } from './records.ts'

export type HeldMachine = Held<VirtualMachine, readonly [armId: string]>

export const machineType = 'Microsoft.Compute/virtualMachines'

export interface MachineName {
  readonly subscriptionId: string
  readonly group: string
  readonly name: string
}

export const machineScope = ({ subscriptionId, group, name }: MachineName): Scope =>
  childScope(groupScope(subscriptionId, group), `providers/${machineType}/${name}`)
export const machineArmId = ({ subscriptionId, group, name }: MachineName): string =>
  resourceArmId(groupArmId(subscriptionId, group), machineType, name)

/** The machine with that ARM id, in any case. */
export async function machineByArmId(context: Needs<'virtualMachines'>, call: Call, armId: string): Promise<HeldMachine | undefined> {
  const subscriptionId = subscriptionOfArmId(armId)
  if (subscriptionId === undefined) return undefined
  return context.virtualMachines.get(call, compartmentOfGuid(subscriptionId), [armId.toLowerCase()])
}

/** Raises `ResourceGroupNotFound`, `ResourceNotFound`. */
export async function machineNamed(
  context: Needs<'virtualMachines' | 'resourceGroups'>,
  call: Call,
  at: MachineName,
): Promise<HeldMachine> {
  const held = await machineByArmId(context, call, machineArmId(at))
  if (held === undefined) throw await missingIn(context, call, { ...at, type: machineType })
  return held
}

/** Whose disk it is: a machine keeps its disks as long as it names them, running or not. */
export function machineOfDisk(
  context: Needs<'virtualMachines'>,
  call: Call,
  disk: Pick<Held<unknown, readonly [armId: string]>, 'compartment' | 'path'>,
): HeldMachine | undefined {
  const [armId] = disk.path
  const [owner] = context.virtualMachines.all(call, disk.compartment, ({ value }) =>
    value.disks.some(({ diskId }) => diskId.toLowerCase() === armId),
  )
  return owner
}
