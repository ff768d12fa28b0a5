import { Problem } from '#model/problem.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Named } from './entities.ts'
import { changeable, type HolderType, type NamedHolder, type PolicyHolder } from './inline-policies.ts'
import { documentInForce, policyMissing, policyOfArn } from './managed-policies.ts'
import { assertQuota } from './quotas.ts'

interface Attachment<T extends PolicyHolder> {
  readonly permit: Permit<Permission>
  readonly holder: NamedHolder<T>
  readonly arn: string
}

const quotaOf = { user: 'PoliciesPerUser', group: 'PoliciesPerGroup', role: 'PoliciesPerRole' } as const satisfies Record<
  HolderType,
  string
>

/** Attached twice is attached. Raises `EntityNotFound`, `LimitExceeded`. */
export async function attachPolicy<T extends PolicyHolder>(
  context: Needs<'accountPolicies' | 'accounts' | 'instance'>,
  call: Call,
  { permit, holder, arn }: Attachment<T>,
): Promise<void> {
  const held = changeable(permit, holder)
  await assertAttachable(context, call, { accountId: holder.accountId, arn })
  const { attachedPolicies } = held.value
  if (attachedPolicies.includes(arn)) return
  assertQuota(quotaOf[holder.type], attachedPolicies.length + 1)
  holder.records.update(call, held, { ...held.value, attachedPolicies: [...attachedPolicies, arn] })
}

/** Raises `EntityNotFound` where it is not attached. */
export function detachPolicy<T extends PolicyHolder>(call: Call, { permit, holder, arn }: Attachment<T>): void {
  const held = changeable(permit, holder)
  const { attachedPolicies } = held.value
  if (!attachedPolicies.includes(arn)) throw policyMissing(arn)
  holder.records.update(call, held, { ...held.value, attachedPolicies: attachedPolicies.filter(one => one !== arn) })
}

/** Users and roles, whose rights a boundary limits. */
interface Bounded extends PolicyHolder {
  readonly boundary?: string | undefined
}

/** The policy beyond which nothing that is given to it counts. Raises `EntityNotFound`. */
export async function putBoundary<T extends Bounded>(
  context: Needs<'accountPolicies' | 'accounts' | 'instance'>,
  call: Call,
  { permit, holder, arn }: { readonly permit: Permit<Permission>; readonly holder: Named<T>; readonly arn: string },
): Promise<void> {
  const held = changeable(permit, holder)
  await assertBoundary(context, call, { accountId: holder.accountId, arn })
  holder.records.update(call, held, { ...held.value, boundary: arn })
}

/** Raises `EntityNotFound` where there is none. */
export function deleteBoundary<T extends Bounded>(
  call: Call,
  { permit, holder }: { readonly permit: Permit<Permission>; readonly holder: Named<T> },
): void {
  const held = changeable(permit, holder)
  if (held.value.boundary === undefined) throw new Problem({ code: 'EntityNotFound', details: { type: 'boundary', name: held.value.name } })
  holder.records.update(call, held, { ...held.value, boundary: undefined })
}

interface PolicyAt {
  readonly accountId: string
  readonly arn: string
}

async function assertAttachable(context: Needs<'accountPolicies' | 'accounts' | 'instance'>, call: Call, at: PolicyAt): Promise<void> {
  await assertThere(context, call, { at, missing: new Problem({ code: 'EntityNotFound', details: { type: 'attachable', name: at.arn } }) })
}

/** Raises `EntityNotFound` in the words that a boundary has. */
export async function assertBoundary(context: Needs<'accountPolicies' | 'accounts' | 'instance'>, call: Call, at: PolicyAt): Promise<void> {
  await assertThere(context, call, {
    at,
    missing: new Problem({ code: 'EntityNotFound', details: { type: 'boundaryScope', name: at.arn } }),
  })
}

async function assertThere(
  context: Needs<'accountPolicies' | 'accounts' | 'instance'>,
  call: Call,
  { at, missing }: { readonly at: PolicyAt; readonly missing: Problem },
): Promise<void> {
  const found = await policyOfArn(context, call, at).catch((error: unknown) => {
    throw error instanceof Problem && error.body.code === 'EntityNotFound' ? missing : error
  })
  if (documentInForce(found) === undefined) throw missing
  if (found.kind === 'service' && !found.policy.attachable)
    throw new Problem({ code: 'PolicyNotAttachable', details: { message: 'Cannot attach a Service Role Policy to a Customer Role.' } })
}
