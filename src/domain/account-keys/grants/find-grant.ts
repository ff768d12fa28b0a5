import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import type { KeyGrant } from '#domain/account-keys/records.ts'
import type { Held } from '#domain/records/family.ts'

export type HeldGrant = Held<KeyGrant, readonly [keyId: string, grantId: string]>

interface GrantOfKey {
  readonly key: HeldAccountKey
  readonly grantId: string
}

/** Raises `GrantIdInvalid` for what no grant is ever called. */
export function assertGrantId(grantId: string): void {
  if (!/^[0-9a-f]{64}$/.test(grantId)) throw new Problem({ code: 'GrantIdInvalid' })
}

export const grantById = async (
  { keyGrants }: Needs<'keyGrants'>,
  call: Call,
  { key, grantId }: GrantOfKey,
): Promise<HeldGrant | undefined> => keyGrants.get(call, key.compartment, [key.value.id, grantId])

/** Raises `GrantIdInvalid`, `AccountKeyNotFound`. */
export async function requireGrant(context: Needs<'keyGrants'>, call: Call, at: GrantOfKey): Promise<HeldGrant> {
  assertGrantId(at.grantId)
  const grant = await grantById(context, call, at)
  if (grant === undefined) throw new Problem({ code: 'AccountKeyNotFound', details: { message: `Grant ID ${at.grantId} not found` } })
  return grant
}
