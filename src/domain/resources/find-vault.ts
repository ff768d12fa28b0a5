import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { PoliciesAt, PolicyRow, VaultPolicies } from '#domain/access/rule-books/access-policies.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { remembered } from '#domain/generations.ts'
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

/** Where the record of a vault stands, by its ARM id; `undefined` where that is in no subscription. Asked at every request to a vault. */
const placeOf = remembered(1_000, (armId: string) => {
  const subscriptionId = subscriptionOfArmId(armId)
  return { at: subscriptionId === undefined ? undefined : ([compartmentOfGuid(subscriptionId), [armId.toLowerCase()]] as const) }
})

/** The live vault with that ARM id, in any case. */
export async function vaultByArmId(context: Needs<'vaults'>, call: Call, armId: string): Promise<HeldVault | undefined> {
  const { at } = placeOf(armId)
  return at === undefined ? undefined : context.vaults.get(call, ...at)
}

const rowOf = ({ tenantId, objectId, applicationId, permissions }: AccessPolicy): PolicyRow => ({
  tenantId,
  objectId,
  ...(applicationId !== undefined && { applicationId }),
  words: new Set(Object.entries(permissions).flatMap(([kind, words = []]) => words.map(word => `${kind} ${word}`.toLowerCase()))),
})

const byObject = (policies: readonly AccessPolicy[]): VaultPolicies => Map.groupBy(policies.map(rowOf), row => row.objectId)

/** What the access policy book asks, answered from an index over the resident vaults: make it before the view is loaded, or after. */
export function policiesAt(context: Needs<'vaults'>): PoliciesAt {
  const byVault = new Map<string, VaultPolicies>()
  const note = ({ path: [armId], value }: HeldVault): void => {
    if (!value.enableRbacAuthorization) byVault.set(armId, byObject(value.accessPolicies))
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
