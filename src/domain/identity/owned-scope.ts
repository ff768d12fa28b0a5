import assert from 'node:assert/strict'
import type { Scope } from '#model/brands.ts'
import type { Permit } from '#domain/access/permit.ts'
import { childScope, rootScope } from '#domain/resources/scopes.ts'

/** Nouns that somebody owns. */
export const ownedSets = ['groups', 'applications', 'servicePrincipals'] as const
export type OwnedSet = (typeof ownedSets)[number]

export interface OwnedObject {
  readonly set: OwnedSet
  /** Object id. */
  readonly id: string
}

/** Where one object of a directory stands for permissions: whoever owns it is asked for there. */
export const ownedScope = ({ set, id }: OwnedObject): Scope => childScope(rootScope, `directory/${set}/${id}`)

/** The object that such a scope is of. */
export function ownedObjectOf(on: Scope): OwnedObject | undefined {
  const [, word, id] = /^\/directory\/([a-z]+)\/([0-9a-f-]{36})$/.exec(on.at(-1) ?? '') ?? []
  const set = ownedSets.find(one => one.toLowerCase() === word)
  return set === undefined || id === undefined ? undefined : { set, id }
}

/** Changes an object of the directory: who writes all of it, or was asked about this one. */
export function assertManages(permit: Permit<'directory.write' | 'directory.create' | 'directory.createGroup'>, owned: OwnedObject): void {
  const asked = permit.question.on.at(-1)
  assert(asked === rootScope.at(-1) || asked === ownedScope(owned).at(-1), 'a permit opens only what it was asked for')
}
