import { Problem } from '#model/problem.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertManages } from '#domain/identity/owned-scope.ts'
import type { HeldGroup, HeldMembership } from './membership-index.ts'
import { kindOfObject } from './object-kind.ts'

interface MemberChange {
  readonly permit: Permit<'directory.write' | 'directory.createGroup'>
  readonly group: HeldGroup
  readonly memberId: string
}

const refused = (message: string): Problem => new Problem({ code: 'InvalidBody', details: { message } })

/** One more direct member: a user, a group or a service principal of the same tenant. Raises `InvalidBody` for the group itself, one that is there, or another noun; `DirectoryObjectNotFound`. */
export async function addMember(
  context: Needs<'groups' | 'users' | 'memberships' | 'servicePrincipals' | 'applications'>,
  call: Call,
  change: MemberChange,
): Promise<HeldMembership> {
  const { permit, group } = change
  assertManages(permit, { set: 'groups', id: change.group.value.id })
  const memberId = change.memberId.toLowerCase()
  const { id: groupId, tenantId } = group.value
  call.details.set('memberId', memberId)
  if (memberId === groupId) throw refused('A group cannot be a member of itself.')
  const memberKind = await kindOfObject(context, call, { tenantId, id: memberId })
  if (memberKind === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: memberId } })
  if (memberKind === 'application') throw refused('An application is no member of groups; its service principal can be.')
  const path = [groupId, memberId] as const
  if ((await context.memberships.get(call, group.compartment, path)) !== undefined)
    throw refused("One or more added object references already exist for the following modified properties: 'members'.")
  return context.memberships.create(call, group.compartment, {
    path,
    value: { tenantId, groupId, memberId, memberKind, addedAt: call.at },
  })
}

/** What the member had through the group ends with the next request. Raises `DirectoryObjectNotFound`. */
export async function removeMember(context: Needs<'memberships'>, call: Call, change: MemberChange): Promise<void> {
  const { permit, group } = change
  assertManages(permit, { set: 'groups', id: change.group.value.id })
  const memberId = change.memberId.toLowerCase()
  call.details.set('memberId', memberId)
  const held = await context.memberships.get(call, group.compartment, [group.value.id, memberId])
  if (held === undefined) throw new Problem({ code: 'DirectoryObjectNotFound', details: { id: memberId } })
  context.memberships.remove(call, held)
}
