import type { Permit } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { assertBoundary } from './attached-policies.ts'
import { createEntity, entityArn, existing, inUse, userNamed, type NamedUser } from './entities.ts'
import { withTags, type Tag } from './entity-tags.ts'
import { assertQuota } from './quotas.ts'
import { keysOfUser } from './user-keys.ts'
import type { AccountUser } from './records.ts'
import { newUniqueId } from './unique-ids.ts'

interface NewUser {
  readonly permit: Permit<'accountUser.create'>
  readonly user: NamedUser
  readonly path: string
  readonly tags: readonly Tag[]
  readonly boundary?: string | undefined
}

/** Without keys and without rights. Raises `EntityExists`, `LimitExceeded`, `EntityNotFound` for its boundary. */
export async function createUser(
  context: Needs<'accountUsers' | 'accountPolicies' | 'accounts' | 'instance' | 'ground'>,
  call: Call,
  { permit, user, path, tags, boundary }: NewUser,
): Promise<AccountUser> {
  const { accountId } = user
  if (boundary !== undefined) await assertBoundary(context, call, { accountId, arn: boundary })
  const id = await call.once('user id', async () => Promise.resolve(newUniqueId(context.ground.random, 'user')))
  const { value } = createEntity(call, permit, {
    at: user,
    value: {
      id,
      accountId,
      name: user.name,
      path,
      createdAt: call.at,
      tags: withTags('user', {}, tags),
      inlinePolicies: {},
      attachedPolicies: [],
      ...(boundary !== undefined && { boundary }),
    },
  })
  assertQuota('UsersPerAccount', context.accountUsers.all(call, user.compartment).length)
  return value
}

/** Another name or path, and with them another ARN: groups and keys go along. Raises `EntityExists`. */
export async function moveUser(
  context: Needs<'accountUsers' | 'accountGroups' | 'accessKeys' | 'accounts' | 'instance'>,
  call: Call,
  request: {
    readonly permits: readonly [Permit<'accountUser.update'>, Permit<'accountUser.update'>]
    readonly user: NamedUser
    readonly to: NamedUser
    readonly path: string
  },
): Promise<void> {
  const { permits, user, to, path } = request
  const held = existing(permits[0], user)
  const [before] = held.path
  const after = to.name.toLowerCase()
  const value = { ...held.value, name: to.name, path }
  if (before === after) {
    user.records.update(call, held, value)
    return
  }
  user.records.remove(call, held)
  createEntity(call, permits[1], { at: to, value })
  for (const group of groupsOfUser(context, call, user))
    context.accountGroups.update(call, group, {
      ...group.value,
      members: group.value.members.map(name => (name === before ? after : name)),
    })
  for (const key of await keysOfUser(context, call, held.value)) context.accessKeys.update(call, key, { ...key.value, user: after })
}

/** What it will be called: permits are asked of both ARNs. */
export async function userMoved(
  context: Needs<'accountUsers' | 'accounts' | 'instance'>,
  call: Call,
  { user, name, path }: { readonly user: NamedUser; readonly name: string; readonly path: string },
): Promise<NamedUser> {
  const { accountId } = user
  const to = await userNamed(context, call, { accountId, name, path })
  return user.held !== undefined && to.held?.id === user.held.id ? { ...to, arn: entityArn('user', { accountId, path, name }) } : to
}

export const groupsOfUser = (context: Needs<'accountGroups'>, call: Call, user: NamedUser) =>
  context.accountGroups.all(call, user.compartment, ({ value }) => value.members.includes(user.name.toLowerCase()))

/** Its id never comes back. Raises `EntityInUse` while it has policies, keys or groups. */
export async function deleteUser(
  context: Needs<'accountUsers' | 'accountGroups' | 'accessKeys' | 'instance'>,
  call: Call,
  { permit, user }: { readonly permit: Permit<'accountUser.delete'>; readonly user: NamedUser },
): Promise<void> {
  const held = existing(permit, user)
  if (groupsOfUser(context, call, user).length > 0) throw inUse('Cannot delete entity, must remove user from all groups first.')
  if (held.value.attachedPolicies.length > 0) throw inUse('Cannot delete entity, must detach all policies first.')
  if (Object.keys(held.value.inlinePolicies).length > 0) throw inUse('Cannot delete entity, must delete policies first.')
  if ((await keysOfUser(context, call, held.value)).length > 0) throw inUse('Cannot delete entity, must delete access keys first.')
  user.records.remove(call, held)
}
