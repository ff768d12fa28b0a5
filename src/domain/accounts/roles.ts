import type { Permit } from '#domain/access/permit.ts'
import { bindPrincipals } from '#domain/access/policy-documents/bound-principals.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { assertBoundary } from './attached-policies.ts'
import { forgetUses } from './credential-uses.ts'
import { assertNotLinked, createEntity, existing, inUse, invalidInput, type NamedRole } from './entities.ts'
import { withTags, type Tag } from './entity-tags.ts'
import { profilesOfRole } from './instance-profiles.ts'
import { assertQuota, countedSize } from './quotas.ts'
import type { AccountRole } from './records.ts'
import { newUniqueId } from './unique-ids.ts'

export type HeldRole = Held<AccountRole, readonly [name: string]>

interface NewRole {
  readonly permit: Permit<'accountRole.create'>
  readonly role: NamedRole
  readonly path: string
  readonly trustPolicy: string
  readonly description?: string | undefined
  readonly maxSessionSeconds: number
  readonly tags: readonly Tag[]
  readonly boundary?: string | undefined
}

/** Paths of roles that belong to services. */
const servicePath = '/aws-service-role/'

/** Raises `EntityExists`, `PolicyMalformed`, `LimitExceeded`, `EntityNotFound` for its boundary. */
export async function createRole(
  context: Needs<'accountRoles' | 'accountPolicies' | 'accounts' | 'instance' | 'policyBook' | 'ground'>,
  call: Call,
  made: NewRole,
): Promise<AccountRole> {
  const { permit, role, boundary, path, trustPolicy, tags, description, maxSessionSeconds } = made
  const { accountId } = role
  if (path.startsWith(servicePath)) throw invalidInput(`Path ${path} is kept for roles that are linked to services.`)
  if (boundary !== undefined) await assertBoundary(context, call, { accountId, arn: boundary })
  assertQuota('ACLSizePerRole', countedSize(trustPolicy))
  return addRole(context, call, {
    permit,
    role,
    value: {
      path,
      maxSessionSeconds,
      trustPolicy,
      trusted: trustedBy(context, trustPolicy),
      tags: withTags('role', {}, tags),
      attachedPolicies: [],
      ...(description !== undefined && { description }),
      ...(boundary !== undefined && { boundary }),
    },
  })
}

/** The record itself, without rights of its own but what is attached. */
export async function addRole(
  context: Needs<'accountRoles' | 'ground'>,
  call: Call,
  made: {
    readonly permit: Permit<'accountRole.create'> | Permit<'accountRole.createLinked'>
    readonly role: NamedRole
    readonly value: Omit<AccountRole, 'id' | 'accountId' | 'name' | 'createdAt' | 'inlinePolicies'>
  },
): Promise<AccountRole> {
  const { permit, role, value } = made
  const id = await call.once('role id', async () => Promise.resolve(newUniqueId(context.ground.random, 'role')))
  const whole = { ...value, id, accountId: role.accountId, name: role.name, createdAt: call.at, inlinePolicies: {} }
  createEntity(call, permit, { at: role, value: whole })
  assertQuota('RolesPerAccount', context.accountRoles.all(call, role.compartment).length)
  return whole
}

/** A role that is the account's to change. Raises `EntityNotFound`; `EntityUnmodifiable` for one that a service owns. */
export function ownRole(permit: Permit<Permission>, role: NamedRole): HeldRole {
  const held = existing(permit, role)
  assertNotLinked(held.value)
  return held
}

/** What is given changes, the rest stays. Raises `EntityNotFound`, `EntityUnmodifiable`. */
export function updateRole(
  call: Call,
  request: {
    readonly permit: Permit<'accountRole.update'> | Permit<'accountRole.updateDescription'>
    readonly role: NamedRole
    readonly description?: string | undefined
    readonly maxSessionSeconds?: number | undefined
  },
): AccountRole {
  const { permit, role, description, maxSessionSeconds } = request
  const held = existing(permit, role)
  // The description alone is anybody's to write who may (IAM API, UpdateRole).
  if (maxSessionSeconds !== undefined) assertNotLinked(held.value)
  return role.records.update(call, held, {
    ...held.value,
    ...(description !== undefined && { description }),
    ...(maxSessionSeconds !== undefined && { maxSessionSeconds }),
  }).value
}

/** Whom a trust policy means: another one of the same name is not trusted. Raises `PolicyMalformed` where one of them is not there. */
const trustedBy = ({ policyBook }: Needs<'policyBook'>, trustPolicy: string) =>
  bindPrincipals(trustPolicy, 'trust', policyBook.entities.directory)

/** Who may take the role from now on. Raises `EntityNotFound`, `EntityUnmodifiable`, `PolicyMalformed`, `LimitExceeded`. */
export function updateTrust(
  context: Needs<'policyBook'>,
  call: Call,
  {
    permit,
    role,
    trustPolicy,
  }: { readonly permit: Permit<'accountRole.updateTrust'>; readonly role: NamedRole; readonly trustPolicy: string },
): void {
  const held = ownRole(permit, role)
  assertQuota('ACLSizePerRole', countedSize(trustPolicy))
  role.records.update(call, held, { ...held.value, trustPolicy, trusted: trustedBy(context, trustPolicy) })
}

/** Its id never comes back; its sessions, and what is known of its use, end with it. Raises `EntityInUse` while it has policies or is in a profile. */
export async function deleteRole(
  context: Needs<'instanceProfiles' | 'credentialUses' | 'latestUses' | 'instance'>,
  call: Call,
  { permit, role }: { readonly permit: Permit<'accountRole.delete'>; readonly role: NamedRole },
): Promise<void> {
  const held = ownRole(permit, role)
  if (profilesOfRole(context, call, role).length > 0) throw inUse('Cannot delete entity, must remove roles from instance profile first.')
  if (held.value.attachedPolicies.length > 0) throw inUse('Cannot delete entity, must detach all policies first.')
  if (Object.keys(held.value.inlinePolicies).length > 0) throw inUse('Cannot delete entity, must delete policies first.')
  role.records.remove(call, held)
  await forgetUses(context, call, held.value.id)
}
