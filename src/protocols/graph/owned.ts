import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import { ownedScope, type OwnedSet } from '#domain/identity/owned-scope.ts'
import { lookUp } from '#model/names.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { Scope } from '#model/brands.ts'
import { addressed } from './addressed.ts'

const sets: Readonly<Record<string, OwnedSet>> = { groups: 'groups', applications: 'applications', serviceprincipals: 'servicePrincipals' }

/** `/{owned}/{id}/owners`: nouns that somebody owns. */
export const ownedParams = addressed.extend({ owned: z.string() })

/** Raises `UnknownRoute` for a set whose objects nobody owns. */
export function ownedSet(word: string): OwnedSet {
  const set = lookUp(sets, word.toLowerCase())
  if (set === undefined) throw new Problem({ code: 'UnknownRoute' })
  return set
}

/** Who owns the object is asked there; a set whose objects nobody owns is no place of anybody's. */
export function scopeOfOwned({ owned, id }: z.output<typeof ownedParams>): Scope {
  const set = lookUp(sets, owned.toLowerCase())
  return set === undefined ? rootScope : ownedScope({ set, id })
}
