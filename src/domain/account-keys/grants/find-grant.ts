import { Problem } from '#model/problem.ts'
import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import {
  accountKeyById,
  callersAccount,
  findAccountKey,
  hiddenKey,
  type FindingNeeds,
  type HeldAccountKey,
} from '#domain/account-keys/find-account-key.ts'
import { keyArn } from '#domain/account-keys/key-arn.ts'
import type { KeyGrant } from '#domain/account-keys/records.ts'
import type { Held } from '#domain/records/family.ts'
import { openGrantToken } from './grant-token.ts'

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
  if (grant === undefined) throw grantMissing(at.grantId)
  return grant
}

const grantMissing = (grantId: string): Problem =>
  new Problem({ code: 'AccountKeyNotFound', details: { message: `Grant ID ${grantId} not found` } })

/** A grant as whoever retires it names it. */
export type GrantReference = { readonly token: string } | { readonly keyId: string; readonly grantId: string }

/**
 * The grant and its key. Nobody learns of grants in another Region, nor by tokens that this instance did not give.
 * Raises `GrantTokenInvalid`, `GrantIdInvalid`, `AccountKeyNotFound` and as `findAccountKey`.
 */
export async function grantNamed(
  context: FindingNeeds & Needs<'keyGrants' | 'ground'>,
  call: Call,
  { region, ...reference }: GrantReference & { readonly region: string },
): Promise<{ readonly key: HeldAccountKey; readonly grant: HeldGrant }> {
  if ('keyId' in reference) {
    const { keyId: id, grantId } = reference
    assertGrantId(grantId)
    const { key } = await findAccountKey(context, call, { id, region, accepts: 'key', permission: 'keyGrant.retire' })
    const grant = await grantById(context, call, { key, grantId })
    if (grant !== undefined) return { key, grant }
    // In another account nobody learns what is there: neither the key nor what was granted on it.
    if (key.value.accountId !== callersAccount(call)) throw hiddenKey('keyGrant.retire', keyArn(key.value))
    throw grantMissing(grantId)
  }
  const named = openGrantToken(context, reference.token)
  const key = named.region === region ? await accountKeyById(context, call, { ...named, id: named.keyId }) : undefined
  if (key === undefined) throw new Problem({ code: 'GrantTokenInvalid' })
  return { key, grant: await requireGrant(context, call, { key, grantId: named.grantId }) }
}
