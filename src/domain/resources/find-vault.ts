import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { KeyPolicy, PoliciesAt } from '#domain/access/rule-books/access-policies.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import type { Held } from '#domain/records/family.ts'
import type { AccessPolicy, Vault } from './records.ts'
import { subscriptionOfArmId } from './scopes.ts'

export type HeldVault = Held<Vault, readonly [armId: string]>

/** The live vault of that name, in any case; `undefined` also while it is deleted. */
export async function vaultByName(
  context: Needs<'names' | 'vaults' | 'instance'>,
  call: Call,
  name: string,
): Promise<HeldVault | undefined> {
  const reserved = await context.names.get(call, context.instance.installation, ['vault', name.toLowerCase()])
  return reserved?.value.state === 'live' ? vaultByArmId(context, call, reserved.value.armId) : undefined
}

/** The live vault with that ARM id, in any case. */
export async function vaultByArmId(context: Needs<'vaults'>, call: Call, armId: string): Promise<HeldVault | undefined> {
  const subscriptionId = subscriptionOfArmId(armId)
  if (subscriptionId === undefined) return undefined
  return context.vaults.get(call, compartmentOfGuid(subscriptionId), [armId.toLowerCase()])
}

const keyPolicyOf = ({ tenantId, objectId, permissions }: AccessPolicy): KeyPolicy => ({
  tenantId,
  objectId,
  keys: (permissions.keys ?? []).map(word => word.toLowerCase()),
})

/** What the access policy book asks, answered from an index over the resident vaults: make it before the view is loaded, or after. */
export function policiesAt(context: Needs<'vaults'>): PoliciesAt {
  const byVault = new Map<string, readonly KeyPolicy[]>()
  const note = ({ path: [armId], value }: HeldVault): void => {
    if (value.enableRbacAuthorization) return
    // A policy with an application counts only for that application on behalf of the object: no such token is issued here, so it grants nothing.
    byVault.set(armId, value.accessPolicies.filter(policy => policy.applicationId === undefined).map(keyPolicyOf))
  }
  for (const held of context.vaults.peek()) note(held)
  context.vaults.observe((before, after) => {
    if (before !== undefined) byVault.delete(before.path[0])
    if (after !== undefined) note(after)
  })
  return scope => {
    for (const place of scope) {
      const policies = byVault.get(place)
      if (policies !== undefined) return policies
    }
    return undefined
  }
}
