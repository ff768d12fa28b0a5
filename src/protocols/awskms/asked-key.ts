import type { Call } from '#domain/call.ts'
import type { Needs } from '#domain/context.ts'
import type { Permit } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import { callersAccount, findAccountKey, type FindingNeeds, type HeldAccountKey } from '#domain/account-keys/find-account-key.ts'
import { ownedKey, ownedRegion, type PlaceAsked, type Said } from '#domain/account-keys/permit-account-key.ts'
import type { AwsSite } from '#protocols/aws/operation.ts'
import type { Ask } from '#protocols/http/operation.ts'

/** What a request asks of a key, and what it says besides (`Said`). */
export interface Asking<P extends Permission> extends Said {
  readonly site: AwsSite
  readonly permit: Ask
  readonly permission: P
  /** As the caller wrote it. */
  readonly id: string
  /** Aliases do as well; by default keys alone. */
  readonly accepts?: 'any' | 'key'
}

export interface AskedKey<P extends Permission> {
  readonly key: HeldAccountKey
  readonly permit: Permit<P>
}

/** The key that a request names, with the permit for what it wants of it: found, then judged, and nothing said of its state before. */
export async function askedKey<P extends Permission>(
  context: FindingNeeds & Needs<'keyGrants'>,
  call: Call,
  { site, permit, permission, id, accepts = 'key', ...said }: Asking<P>,
): Promise<AskedKey<P>> {
  const found = await findAccountKey(context, call, { id, region: site.region, accepts, permission })
  return { key: found.key, permit: permit(permission, await ownedKey(context, call, { ...found, ...said })) }
}

/** What belongs to no key: the caller's own account in the Region of the request, or what `arn` names there. */
export function askedRegion<P extends Permission>(
  call: Call,
  { site, permit, permission, facts, arn }: Pick<Asking<P>, 'site' | 'permit' | 'permission' | 'facts'> & Pick<PlaceAsked, 'arn'>,
): PlaceAsked & { readonly permit: Permit<P> } {
  const place = { accountId: callersAccount(call), region: site.region, ...(arn !== undefined && { arn }) }
  return { ...place, permit: permit(permission, ownedRegion(place, facts)) }
}
