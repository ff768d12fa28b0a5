import type { Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { createEntity, entityArn, existing, groupNamed, inUse, missing, type NamedGroup, type NamedUser } from './entities.ts'
import { assertQuota } from './quotas.ts'
import type { AccountGroup } from './records.ts'
import { newUniqueId } from './unique-ids.ts'
import { groupsOfUser } from './users.ts'

/** Raises `EntityExists`, `LimitExceeded`. */
export async function createAccountGroup(
  context: Needs<'accountGroups' | 'ground'>,
  call: Call,
  { permit, group, path }: { readonly permit: Permit<'accountGroup.create'>; readonly group: NamedGroup; readonly path: string },
): Promise<AccountGroup> {
  const id = await call.once('group id', async () => Promise.resolve(newUniqueId(context.ground.random, 'group')))
  const { accountId, name } = group
  const value = { id, accountId, name, path, createdAt: call.at, members: [], inlinePolicies: {}, attachedPolicies: [] }
  createEntity(call, permit, { at: group, value })
  assertQuota('GroupsPerAccount', context.accountGroups.all(call, group.compartment).length)
  return value
}

/** Another name or path. Raises `EntityExists`. */
export function moveGroup(
  call: Call,
  request: {
    readonly permits: readonly [Permit<'accountGroup.update'>, Permit<'accountGroup.update'>]
    readonly group: NamedGroup
    readonly to: NamedGroup
    readonly path: string
  },
): void {
  const { permits, group, to, path } = request
  const held = existing(permits[0], group)
  const value = { ...held.value, name: to.name, path }
  if (held.path[0] === to.name.toLowerCase()) {
    group.records.update(call, held, value)
    return
  }
  group.records.remove(call, held)
  createEntity(call, permits[1], { at: to, value })
}

/** What it will be called: permits are asked of both ARNs. */
export async function groupMoved(
  context: Needs<'accountGroups' | 'accounts' | 'instance'>,
  call: Call,
  { group, name, path }: { readonly group: NamedGroup; readonly name: string; readonly path: string },
): Promise<NamedGroup> {
  const { accountId } = group
  const to = await groupNamed(context, call, { accountId, name, path })
  return group.held !== undefined && to.held?.id === group.held.id ? { ...to, arn: entityArn('group', { accountId, path, name }) } : to
}

/** Raises `EntityInUse` while it has members or policies. */
export function deleteAccountGroup(
  call: Call,
  { permit, group }: { readonly permit: Permit<'accountGroup.delete'>; readonly group: NamedGroup },
): void {
  const held = existing(permit, group)
  if (held.value.members.length > 0) throw inUse('Cannot delete entity, must remove users from group first.')
  if (held.value.attachedPolicies.length > 0) throw inUse('Cannot delete entity, must detach all policies first.')
  if (Object.keys(held.value.inlinePolicies).length > 0) throw inUse('Cannot delete entity, must delete policies first.')
  group.records.remove(call, held)
}

interface Membership {
  readonly group: NamedGroup
  readonly user: NamedUser
}

/** In it already is in it. Raises `EntityNotFound`, `LimitExceeded` for an eleventh group. */
export function addUserToGroup(
  context: Needs<'accountGroups'>,
  call: Call,
  { permit, group, user }: Membership & { readonly permit: Permit<'accountGroup.addMember'> },
): void {
  const held = existing(permit, group)
  const name = memberName(user)
  if (held.value.members.includes(name)) return
  assertQuota('GroupsPerUser', groupsOfUser(context, call, user).length + 1)
  group.records.update(call, held, { ...held.value, members: [...held.value.members, name] })
}

/** Not in it is not in it. Raises `EntityNotFound`. */
export function removeUserFromGroup(
  call: Call,
  { permit, group, user }: Membership & { readonly permit: Permit<'accountGroup.removeMember'> },
): void {
  const held = existing(permit, group)
  const name = memberName(user)
  group.records.update(call, held, { ...held.value, members: held.value.members.filter(member => member !== name) })
}

/** As groups keep it. The permit is the group's; that there is such a user is no secret of whoever may change it. */
function memberName(user: NamedUser): string {
  if (user.held === undefined) throw missing(user)
  return user.held.path[0]
}
