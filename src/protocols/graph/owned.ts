import { z } from 'zod'
import { Problem } from '#model/problem.ts'
import type { OwnedSet } from '#domain/identity/owners.ts'
import { lookUp } from '#model/names.ts'
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
