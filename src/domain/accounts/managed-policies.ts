import { Problem } from '#model/problem.ts'
import type { Permit } from '#domain/access/permit.ts'
import { permissionRow, type Permission } from '#domain/access/permissions.ts'
import { noteTrailResource } from '#domain/audit/trail-facts.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Held } from '#domain/records/family.ts'
import { accountOf, createEntity, existing, inUse, invalidInput, policyNamed, type NamedPolicy } from './entities.ts'
import { withTags, type Tag } from './entity-tags.ts'
import { assertIdentityPolicy } from './policy-text.ts'
import { assertQuota, countedSize } from './quotas.ts'
import type { AccountPolicy } from './records.ts'
import { servicePolicy, type ServicePolicy } from './service-policies.ts'
import { newUniqueId } from './unique-ids.ts'

/** A policy that an ARN names: the account's own, or one that the service keeps for everybody. */
export type PolicyOfArn =
  | { readonly kind: 'account'; readonly policy: NamedPolicy }
  | { readonly kind: 'service'; readonly arn: string; readonly policy: ServicePolicy }

const policyArn = /^arn:aws:iam::(\d{12}|aws):policy(\/(?:[\w+=,.@-]+\/)*)([\w+=,.@-]+)$/

/** Raises `InputInvalid` for what is no ARN of a policy; `EntityNotFound` comes with whoever opens it. */
export async function policyOfArn(
  context: Needs<'accountPolicies' | 'accounts' | 'instance'>,
  call: Call,
  at: { readonly accountId: string; readonly arn: string },
): Promise<PolicyOfArn> {
  const [, owner, path, name] = policyArn.exec(at.arn) ?? []
  if (owner === undefined || path === undefined || name === undefined) throw invalidInput(`ARN ${at.arn} is not valid.`)
  if (owner === 'aws') {
    const policy = servicePolicy(at.arn)
    if (policy === undefined) throw policyMissing(at.arn)
    return { kind: 'service', arn: at.arn, policy }
  }
  if (owner !== at.accountId) throw policyMissing(at.arn)
  const policy = await policyNamed(context, call, { accountId: owner, name, path })
  // Another path is another policy's ARN.
  if (policy.held !== undefined && policy.arn !== at.arn) throw policyMissing(at.arn)
  return { kind: 'account', policy }
}

export const policyMissing = (arn: string): Problem => new Problem({ code: 'EntityNotFound', details: { type: 'policyArn', name: arn } })

interface NewPolicy {
  readonly permit: Permit<'accountPolicy.create'>
  readonly policy: NamedPolicy
  readonly path: string
  readonly document: string
  readonly description?: string
  readonly tags: readonly Tag[]
}

/** With the document as version `v1`, in force. Raises `EntityExists`, `PolicyMalformed`, `LimitExceeded`. */
export async function createPolicy(
  context: Needs<'accountPolicies' | 'ground'>,
  call: Call,
  made: NewPolicy,
): Promise<Held<AccountPolicy, readonly [name: string]>> {
  const { permit, policy, path, document, description, tags } = made
  assertPolicySize(document)
  assertIdentityPolicy(document)
  const id = await call.once('policy id', async () => Promise.resolve(newUniqueId(context.ground.random, 'policy')))
  const held = createEntity(call, permit, {
    at: policy,
    value: {
      id,
      accountId: policy.accountId,
      name: policy.name,
      path,
      createdAt: call.at,
      updatedAt: call.at,
      ...(description !== undefined && { description }),
      versions: [{ id: 'v1', document, createdAt: call.at }],
      defaultVersion: 'v1',
      nextVersion: 2,
      tags: withTags('policy', {}, tags),
    },
  })
  assertQuota('PoliciesPerAccount', context.accountPolicies.all(call, policy.compartment).length)
  return held
}

export const assertPolicySize = (document: string): void => assertQuota('PolicySize', countedSize(document))

/** Raises `EntityInUse` while it is attached, is a boundary, or has versions that are not in force. */
export async function deletePolicy(
  context: Needs<'accountUsers' | 'accountGroups' | 'accountRoles' | 'accounts' | 'instance'>,
  call: Call,
  request: { readonly permit: Permit<'accountPolicy.delete'>; readonly policy: NamedPolicy },
): Promise<void> {
  const { permit, policy } = request
  const held = existing(permit, policy)
  const uses = await usesOfPolicy(context, call, { accountId: policy.accountId, arn: policy.arn })
  if (uses.attached.length > 0 || uses.bounded.length > 0) throw inUse('Cannot delete a policy attached to entities.')
  if (held.value.versions.length > 1)
    throw inUse(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    )
  policy.records.remove(call, held)
}

export interface PolicyUse {
  readonly type: 'user' | 'group' | 'role'
  readonly id: string
  readonly name: string
  readonly path: string
}

/** Who a policy is attached to, and whose boundary it is. */
export async function usesOfPolicy(
  context: Needs<'accountUsers' | 'accountGroups' | 'accountRoles' | 'accounts' | 'instance'>,
  call: Call,
  at: { readonly accountId: string; readonly arn: string },
): Promise<{ readonly attached: readonly PolicyUse[]; readonly bounded: readonly PolicyUse[] }> {
  const { compartment } = (await accountOf(context, call, at.accountId)).value
  const holders = [
    ...context.accountGroups.all(call, compartment).map(({ value }) => holding('group', value)),
    ...context.accountUsers.all(call, compartment).map(({ value }) => holding('user', value)),
    ...context.accountRoles.all(call, compartment).map(({ value }) => holding('role', value)),
  ]
  return {
    attached: holders.filter(({ value }) => value.attachedPolicies.includes(at.arn)).map(({ use }) => use),
    bounded: holders.filter(({ value }) => value.boundary === at.arn).map(({ use }) => use),
  }
}

function holding(
  type: PolicyUse['type'],
  value: Omit<PolicyUse, 'type'> & { readonly attachedPolicies: readonly string[]; readonly boundary?: string | undefined },
) {
  const { id, name, path } = value
  const use: PolicyUse = { type, id, name, path }
  return { value, use }
}

/** What the service keeps is nobody's to change: refused as what no policy allows. */
export function serviceOwned(call: Call, permission: Permission, arn: string): Problem {
  const action = permissionRow(permission).account ?? permission
  const because = `because no identity-based policy allows the ${action} action`
  const { acting, id, tenant = '' } = call.who
  call.ruling = { allowed: false, because }
  noteTrailResource(call.trail, { account: tenant, arn })
  const details = { action, scope: arn, because, data: false, groups: 0, oid: id }
  return new Problem({ code: 'AccessDenied', details: { ...details, ...(acting !== undefined && { arn: acting.arn }) } })
}

/** Text that is in force, of the account's own or of the service's. */
export function documentInForce(found: PolicyOfArn): string | undefined {
  if (found.kind === 'service') return found.policy.document
  const value = found.policy.held?.value
  return value?.versions.find(({ id }) => id === value.defaultVersion)?.document
}

/** The account's own, opened by its permit; the service's are nobody's to change, and no permit is given for them. */
export function ownPolicy(permit: Permit<Permission>, policy: NamedPolicy): Held<AccountPolicy, readonly [name: string]> {
  if (policy.held === undefined) throw policyMissing(policy.arn)
  return existing(permit, policy)
}
