import type { Scope } from '#model/brands.ts'
import type { Needs } from '#domain/context.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import type { Someone } from './permit.ts'

/** A row of a vault's access policies that is for somebody, and whether the vault goes by it. */
export interface ConsideredPolicy {
  readonly objectId: string
  /** The group through which it is the principal's. */
  readonly via?: string
  readonly applicationId?: string
  /** `keys get`, `secrets all`. */
  readonly words: readonly string[]
  readonly counts: boolean
}

/** Rows of the vault that a place is in, or is; none elsewhere. */
export function policiesOf(context: Needs<'vaults' | 'access' | 'identity'>, who: Someone, on: Scope): readonly ConsideredPolicy[] {
  const vault = context.vaults.peek().find(({ value }) => standsIn(on, value.scope))?.value
  if (vault === undefined) return []
  const ids = new Set(context.access.countsAs(who))
  const counts = !vault.enableRbacAuthorization
  const found: ConsideredPolicy[] = []
  for (const { objectId, applicationId, permissions } of vault.accessPolicies) {
    if (!ids.has(objectId)) continue
    const words = Object.entries(permissions).flatMap(([kind, own = []]) => own.map(word => `${kind} ${word.toLowerCase()}`))
    found.push({ objectId, ...viaOf(context, objectId, who), ...(applicationId !== undefined && { applicationId }), words, counts })
  }
  return found
}

/** The group through which something is somebody's, by name; nothing where it is theirs directly. */
export function viaOf(context: Needs<'identity'>, givenTo: string, who: Someone): { readonly via?: string } {
  return givenTo === who.id ? {} : { via: context.identity.memberships.group(givenTo)?.value.displayName ?? givenTo }
}
