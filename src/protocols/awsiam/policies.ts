import type { Found, OwnedFacts } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import { accountOf, foundArn, foundEntity } from '#domain/accounts/entities.ts'
import { policyOfArn, serviceOwned, type PolicyOfArn } from '#domain/accounts/managed-policies.ts'
import type { PolicyCounts } from './shapes.ts'
import type { Asked } from './site.ts'

/** The policy that a member `PolicyArn` names. */
export const askedPolicy = async ({ context, call, accountId, body }: Asked<{ readonly PolicyArn: string }>): Promise<PolicyOfArn> =>
  policyOfArn(context, call, { accountId, arn: body.PolicyArn })

/** Reading is the account's to permit. */
export const foundToRead = (accountId: string, found: PolicyOfArn): Found =>
  found.kind === 'service' ? foundArn(accountId, found.arn) : foundEntity(found.policy)

/** Raises `AccessDenied` for what the service keeps. */
export function foundToChange(
  found: PolicyOfArn,
  { call, permission, facts }: { readonly call: Call; readonly permission: Permission; readonly facts?: OwnedFacts | undefined },
): Found {
  if (found.kind === 'service') throw serviceOwned(call, permission, found.arn)
  return foundEntity(found.policy, facts)
}

/** How often each policy is attached in the account, and how often it is a boundary, by ARN. */
export async function policyCounts({ context, call, accountId }: Asked<unknown>): Promise<(arn: string) => PolicyCounts> {
  const { compartment } = (await accountOf(context, call, accountId)).value
  const bounded = new Map<string, number>()
  const attached = new Map<string, number>()
  const count = (counts: Map<string, number>, arn: string): void => void counts.set(arn, (counts.get(arn) ?? 0) + 1)
  const users = context.accountUsers.all(call, compartment)
  const roles = context.accountRoles.all(call, compartment)
  for (const { value } of [...users, ...roles]) if (value.boundary !== undefined) count(bounded, value.boundary)
  for (const { value } of [...users, ...roles, ...context.accountGroups.all(call, compartment)])
    for (const arn of value.attachedPolicies) count(attached, arn)
  return arn => ({ attached: attached.get(arn) ?? 0, bounded: bounded.get(arn) ?? 0 })
}
