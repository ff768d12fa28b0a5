import type { Scope } from '#model/brands.ts'
import type { RuleBook } from '#domain/access/permit.ts'
import { permissionRow } from '#domain/access/permissions.ts'

/** A record that may have given a right out: to whom it was given, nobody knows. */
export interface Giving {
  readonly value: { readonly scope: Scope; readonly access?: { readonly id: string } | undefined }
}

export interface CarriedRights {
  readonly book: RuleBook
  /** Keeps the index as the feed tells: give it to the family's observer. */
  observe(before: Giving | undefined, after: Giving | undefined): void
}

/** Rights that whoever shows them has, by the grant's id: for the one thing that the grant was made for, while it is not taken back. */
export function carriedRights(): CarriedRights {
  const scopes = new Map<string, string>()
  return {
    book({ who, permission, on }) {
      if (who.kind !== 'bearer') return undefined
      const carried = permissionRow(permission).carried === true && scopes.get(who.id) === on.at(-1)
      return carried ? { allowed: true, by: `grant ${who.id}` } : { allowed: false, because: 'not-what-was-granted' }
    },
    observe(before, after) {
      if (before?.value.access !== undefined) scopes.delete(before.value.access.id)
      const own = after?.value.scope.at(-1)
      if (after?.value.access !== undefined && own !== undefined) scopes.set(after.value.access.id, own)
    },
  }
}
