import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { missingIn } from '#domain/resources/groups.ts'
import { childScope, groupArmId, groupScope, resourceArmId } from '#domain/resources/scopes.ts'
import type { HeldDisk, HeldSet } from './disk-standing.ts'

export const setType = 'Microsoft.Compute/diskEncryptionSets'
export const diskType = 'Microsoft.Compute/disks'

/** Of a resource in a group; names as they were given. */
export interface ComputeName {
  readonly subscriptionId: string
  readonly group: string
  readonly name: string
}

const scopeIn = ({ subscriptionId, group, name }: ComputeName, type: string): Scope =>
  childScope(groupScope(subscriptionId, group), `providers/${type}/${name}`)
const armIdIn = ({ subscriptionId, group, name }: ComputeName, type: string): string =>
  resourceArmId(groupArmId(subscriptionId, group), type, name)

export const setScope = (at: ComputeName): Scope => scopeIn(at, setType)
export const diskScope = (at: ComputeName): Scope => scopeIn(at, diskType)
export const setArmId = (at: ComputeName): string => armIdIn(at, setType)
export const diskArmId = (at: ComputeName): string => armIdIn(at, diskType)

/** Where a set's ARM id leads, in the canonical form that every wire brings. */
export function setAt(armId: string): ComputeName {
  const [, , subscriptionId = '', , group = '', , , , name = ''] = armId.split('/')
  return { subscriptionId, group, name }
}

/** Raises `ResourceGroupNotFound`, `ResourceNotFound`. */
export async function setNamed(context: Needs<'diskEncryptionSets' | 'resourceGroups'>, call: Call, at: ComputeName): Promise<HeldSet> {
  const held = await context.diskEncryptionSets.get(call, compartmentOfGuid(at.subscriptionId), [setArmId(at).toLowerCase()])
  if (held === undefined) throw await missingIn(context, call, { ...at, type: setType })
  return held
}

/** Raises `ResourceGroupNotFound`, `ResourceNotFound`. */
export async function diskNamed(context: Needs<'disks' | 'resourceGroups'>, call: Call, at: ComputeName): Promise<HeldDisk> {
  const held = await context.disks.get(call, compartmentOfGuid(at.subscriptionId), [diskArmId(at).toLowerCase()])
  if (held === undefined) throw await missingIn(context, call, { ...at, type: diskType })
  return held
}

/** Raises `SubscriptionNotFound`. */
export async function tenantOf(context: Needs<'subscriptions'>, call: Call, subscriptionId: string): Promise<string> {
  const held = await context.subscriptions.get(call, compartmentOfGuid(subscriptionId), [subscriptionId])
  if (held === undefined) throw new Problem({ code: 'SubscriptionNotFound', details: { id: subscriptionId } })
  return held.value.tenantId
}
