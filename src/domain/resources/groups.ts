import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertPermits, type Permit } from '#domain/access/permit.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import { changedNow, newEnvelope } from './envelope.ts'
import { locationOf } from './locations.ts'
import type { ResourceGroup } from './records.ts'
import { groupArmId, groupScope } from './scopes.ts'
import { checkedTags, mergedTags } from './tags.ts'

export type HeldGroup = Held<ResourceGroup, readonly [name: string]>

export const groupType = 'Microsoft.Resources/resourceGroups'

export interface GroupName {
  readonly subscriptionId: string
  readonly group: string
}

/** Raises `ResourceGroupNotFound`. */
export async function groupNamed(context: Needs<'resourceGroups'>, call: Call, at: GroupName): Promise<HeldGroup> {
  const held = await context.resourceGroups.get(call, compartmentOfGuid(at.subscriptionId), [at.group.toLowerCase()])
  if (held === undefined) throw new Problem({ code: 'ResourceGroupNotFound', details: { name: at.group } })
  return held
}

/** The group that something is to be made in. Raises `ResourceGroupNotFound`, and `ArmRefused` ResourceGroupBeingDeleted. */
export async function groupForWriting(context: Needs<'resourceGroups'>, call: Call, at: GroupName): Promise<HeldGroup> {
  const held = await groupNamed(context, call, at)
  if (held.value.provisioningState === 'Deleting') {
    const message = `The resource group '${held.value.name}' is in deprovisioning state and cannot perform this operation.`
    throw new Problem({ code: 'ArmRefused', details: { status: 409, code: 'ResourceGroupBeingDeleted', message } })
  }
  return held
}

/** What is said of a resource that is not there: its group may not be there either, and that comes first. Raises `ResourceGroupNotFound`. */
export async function missingIn(
  context: Needs<'resourceGroups'>,
  call: Call,
  at: GroupName & { readonly type: string; readonly name: string },
): Promise<Problem> {
  await groupNamed(context, call, at)
  return new Problem({ code: 'ResourceNotFound', details: { type: at.type, name: at.name, group: at.group } })
}

/** Stages a new group; whoever calls has permitted it. */
export function createGroup(
  context: Needs<'resourceGroups'>,
  call: Call,
  made: GroupName & { readonly location: string; readonly tags?: Readonly<Record<string, string>> | undefined },
): HeldGroup {
  const { subscriptionId, group, location, tags } = made
  return context.resourceGroups.create(call, compartmentOfGuid(subscriptionId), {
    path: [group.toLowerCase()],
    value: {
      ...newEnvelope(call, {
        id: groupArmId(subscriptionId, group),
        name: group,
        scope: groupScope(subscriptionId, group),
        location: locationOf(location, groupType),
        tags: checkedTags(tags),
      }),
      provisioningState: 'Succeeded',
    },
  })
}

export interface SetGroup extends GroupName {
  readonly permit: Permit<'group.write'>
  readonly location: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
}

/** Makes a group or replaces its tags. Raises `ArmRefused` LocationRequired, InvalidResourceGroupLocation, ResourceGroupBeingDeleted. */
export async function setGroup(
  context: Needs<'resourceGroups'>,
  call: Call,
  request: SetGroup,
): Promise<{ readonly group: HeldGroup; readonly created: boolean }> {
  const { permit, subscriptionId, group } = request
  assertPermits(permit, groupScope(subscriptionId, group))
  const location = locationOf(request.location, groupType)
  const found = await context.resourceGroups.get(call, compartmentOfGuid(subscriptionId), [group.toLowerCase()])
  if (found === undefined) return { group: createGroup(context, call, { ...request, location }), created: true }
  const held = await groupForWriting(context, call, request)
  if (held.value.location !== location) {
    const message = `Invalid resource group location '${location}'. The Resource group already exists in location '${held.value.location}'.`
    throw new Problem({ code: 'ArmRefused', details: { status: 409, code: 'InvalidResourceGroupLocation', message } })
  }
  const value = { ...held.value, ...changedNow(call), tags: { ...checkedTags(request.tags) } }
  return { group: context.resourceGroups.update(call, held, value), created: false }
}

/** Merges tags. Raises `ResourceGroupNotFound`. */
export async function updateGroup(
  context: Needs<'resourceGroups'>,
  call: Call,
  request: GroupName & { readonly permit: Permit<'group.write'>; readonly tags: Readonly<Record<string, string | null>> | undefined },
): Promise<HeldGroup> {
  assertPermits(request.permit, groupScope(request.subscriptionId, request.group))
  const held = await groupForWriting(context, call, request)
  return context.resourceGroups.update(call, held, {
    ...held.value,
    ...changedNow(call),
    tags: { ...mergedTags(held.value.tags, request.tags) },
  })
}
