import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Found, Permit } from '#domain/access/permit.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import { requestFacts } from '#domain/account-keys/key-facts.ts'
import { assertPermitsKey, scopeOfKey } from '#domain/account-keys/permit-account-key.ts'
import { requireGrant, type HeldGrant } from './find-grant.ts'
import { isStillMeant, namesOf } from './grants-for.ts'
import { countGrant } from './tally.ts'

type EndingNeeds = Needs<'keyGrants' | 'grantTallies' | 'instance'>

interface Ending {
  readonly key: HeldAccountKey
  readonly grant: HeldGrant
  readonly dryRun: boolean
}

/** Takes a grant back; whoever had it has nothing from the answer on. Raises `GrantIdInvalid`, `AccountKeyNotFound`, `DryRunPassed`. */
export async function revokeGrant(
  context: EndingNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'keyGrant.revoke'>
    readonly key: HeldAccountKey
    readonly grantId: string
    readonly dryRun?: boolean | undefined
  },
): Promise<void> {
  const { permit, key, grantId, dryRun = false } = request
  assertPermitsKey(permit, key)
  await end(context, call, { key, grant: await requireGrant(context, call, { key, grantId }), dryRun })
}

/** The same by somebody whom the grant itself, or the account that gave it, lets. Raises `DryRunPassed`. */
export async function retireGrant(
  context: EndingNeeds,
  call: Call,
  request: {
    readonly permit: Permit<'keyGrant.retire'>
    readonly key: HeldAccountKey
    readonly grant: HeldGrant
    readonly dryRun?: boolean | undefined
  },
): Promise<void> {
  const { permit, key, grant, dryRun = false } = request
  assertPermitsKey(permit, key)
  await end(context, call, { key, grant, dryRun })
}

async function end(context: EndingNeeds, call: Call, { key, grant, dryRun }: Ending): Promise<void> {
  if (dryRun) throw new Problem({ code: 'DryRunPassed' })
  await countGrant(context, call, { key, by: -1 })
  context.keyGrants.remove(call, grant)
}

/**
 * What is asked before a grant is retired. Whom the grant names, by that name alone; anybody of the account that gave it, by that account's own policies. A
 * Deny of the key or of a policy holds either way, an Allow of the key's policy gives nothing (aws-kms.md 4.3).
 */
export function retiring(call: Call, key: HeldAccountKey, { value: grant }: HeldGrant): Found {
  const named =
    isNamedFor(call, grant.retiring, grant.retiringId) ||
    (grant.operations.includes('RetireGrant') && isNamedFor(call, grant.grantee, grant.granteeId))
  const shared = { arn: keyArn(key.value), facts: requestFacts(key.value.region) }
  const on = scopeOfKey(key.value)
  if (!named) return { on, owned: { ...shared, account: accountOfArn(grant.issuingAccount), kind: 'account' } }
  const grantee = grant.retiring !== undefined && isNamedFor(call, grant.retiring, grant.retiringId) ? grant.retiring : grant.grantee
  const grants = [{ id: grant.id, grantee, operations: ['RetireGrant'] }]
  const { accountId, policy, bound } = key.value
  return { on, owned: { ...shared, account: accountId, kind: 'key', policy, ...(bound !== undefined && { bound }), grants } }
}

function isNamedFor({ who }: Call, name: string | undefined, id: string | undefined): boolean {
  const { acting } = who
  return name !== undefined && acting !== undefined && namesOf(acting).includes(name) && isStillMeant(id, acting)
}

/** Of the account's root. */
const accountOfArn = (arn: string): string => arn.split(':')[4] ?? ''
