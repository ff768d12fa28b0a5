import type { Permit } from '#domain/access/permit.ts'
import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import { createEntity, existing, inUse, missing, type NamedProfile, type NamedRole } from './entities.ts'
import { withTags, type Tag } from './entity-tags.ts'
import { assertQuota } from './quotas.ts'
import type { InstanceProfile } from './records.ts'
import { newUniqueId } from './unique-ids.ts'

interface NewProfile {
  readonly permit: Permit<'instanceProfile.create'>
  readonly profile: NamedProfile
  readonly path: string
  readonly tags: readonly Tag[]
}

/** Without a role. Raises `EntityExists`, `LimitExceeded`. */
export async function createProfile(
  context: Needs<'instanceProfiles' | 'ground'>,
  call: Call,
  { permit, profile, path, tags }: NewProfile,
): Promise<InstanceProfile> {
  const id = await call.once('profile id', async () => Promise.resolve(newUniqueId(context.ground.random, 'instanceProfile')))
  const { accountId, name } = profile
  const value = { id, accountId, name, path, createdAt: call.at, tags: withTags('instanceProfile', {}, tags) }
  createEntity(call, permit, { at: profile, value })
  assertQuota('InstanceProfilesPerAccount', context.instanceProfiles.all(call, profile.compartment).length)
  return value
}

interface WithRole {
  readonly profile: NamedProfile
  readonly role: NamedRole
}

/** One role at a time. The role itself is passed on, which has a permit of its own. Raises `EntityNotFound`, `LimitExceeded`. */
export function addRoleToProfile(
  call: Call,
  request: WithRole & { readonly permit: Permit<'instanceProfile.addRole'>; readonly pass: Permit<'accountRole.pass'> },
): void {
  const { permit, pass, profile, role } = request
  const held = existing(permit, profile)
  const passed = existing(pass, role)
  assertQuota('InstanceSessionsPerInstanceProfile', held.value.role === undefined ? 1 : 2)
  profile.records.update(call, held, { ...held.value, role: passed.path[0] })
}

/** Raises `EntityNotFound` where it is not in it. */
export function removeRoleFromProfile(call: Call, request: WithRole & { readonly permit: Permit<'instanceProfile.removeRole'> }): void {
  const { permit, profile, role } = request
  const held = existing(permit, profile)
  if (role.held === undefined) throw missing(role)
  if (held.value.role !== role.held.path[0]) throw new Problem({ code: 'EntityNotFound', details: { type: 'role', name: role.name } })
  const { role: _, ...rest } = held.value
  profile.records.update(call, held, rest)
}

/** Raises `EntityInUse` while a role is in it. */
export function deleteProfile(
  call: Call,
  { permit, profile }: { readonly permit: Permit<'instanceProfile.delete'>; readonly profile: NamedProfile },
): void {
  const held = existing(permit, profile)
  if (held.value.role !== undefined) throw inUse('Cannot delete entity, must remove roles from instance profile first.')
  profile.records.remove(call, held)
}

export const profilesOfRole = (context: Needs<'instanceProfiles'>, call: Call, role: NamedRole) =>
  context.instanceProfiles.all(call, role.compartment, ({ value }) => value.role === role.name.toLowerCase())
