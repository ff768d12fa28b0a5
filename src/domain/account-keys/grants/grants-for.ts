import { issuerOf, type ActingInAccount } from '#model/principal.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { GivenGrant } from '#domain/access/permit.ts'
import { accountArn } from '#domain/account-keys/key-arn.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import type { KeyGrant } from '#domain/account-keys/records.ts'
import { everyTagged } from './every-tagged.ts'

/**
 * What was granted on this key to whoever asks: to it by name, to the role of its session, to its account. Read by these names alone, so that neither
 * other keys' grants nor other grantees' make it slower; notes the names, so that a grant given or ended meanwhile is seen.
 */
export async function grantsFor(context: Needs<'keyGrants'>, call: Call, key: HeldAccountKey): Promise<readonly GivenGrant[]> {
  const { acting } = call.who
  if (acting === undefined) return []
  const found = await Promise.all(
    namesOf(acting).map(async name =>
      everyTagged(context.keyGrants, call, { compartment: key.compartment, tag: ['for', key.value.id, name] }),
    ),
  )
  return found.flat().flatMap(({ value }) => (isStillMeant(value.granteeId, acting) ? [asGiven(value)] : []))
}

/** By which grants may name whoever acts. */
export const namesOf = (acting: ActingInAccount): readonly string[] => [
  ...new Set([acting.arn, issuerOf(acting)?.arn, accountArn(acting.accountId)].filter(name => name !== undefined)),
]

/** A grant is to whoever had the name when it was given: another one of the same name does not inherit it. */
export const isStillMeant = (id: string | undefined, acting: ActingInAccount): boolean =>
  id === undefined || id === acting.userId || id === issuerOf(acting)?.id

const asGiven = ({ id, grantee, operations, constraints }: KeyGrant): GivenGrant => ({
  id,
  grantee,
  operations,
  ...(constraints !== undefined && {
    constraints: {
      ...(constraints.equals !== undefined && { equals: constraints.equals }),
      ...(constraints.subset !== undefined && { subset: constraints.subset }),
      ...(constraints.sourceArn !== undefined && { sourceArn: constraints.sourceArn }),
    },
  }),
})
