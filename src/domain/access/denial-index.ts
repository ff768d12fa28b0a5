import type { Scope } from '#model/brands.ts'
import type { Held } from '#domain/records/family.ts'
import type { DenyAssignment } from './records.ts'
import { conditionIn } from './conditions/condition-in.ts'
import type { Condition } from './conditions/evaluate.ts'
import { entryMatch, type EntryMatch } from './role-definition.ts'

/** Whoever is denied by this id is everyone (identity-and-arm.md 3.2). */
const everyone = '00000000-0000-0000-0000-000000000000'

export interface Denial {
  readonly value: DenyAssignment
  readonly entries: readonly { readonly matches: EntryMatch; readonly condition: Condition | undefined }[]
}

/** Deny assignments by the place where they stand. */
export interface DenialIndex {
  observe(before: Held<DenyAssignment> | undefined, after: Held<DenyAssignment> | undefined): void
  /** Those that hold at a scope for somebody with these ids, whatever they deny. */
  holding(on: Scope, ids: readonly string[]): readonly Denial[]
}

const concerns = ({ principals, excludePrincipals }: DenyAssignment, ids: readonly string[]): boolean =>
  principals.some(({ id, type }) => ids.includes(id) || (id === everyone && type === 'SystemDefined')) &&
  !excludePrincipals.some(({ id }) => ids.includes(id))

export function denialIndex(): DenialIndex {
  const byPlace = new Map<string, Map<string, Denial>>()
  return {
    observe(before, after) {
      if (before !== undefined) byPlace.get(before.value.scope.at(-1) ?? '')?.delete(before.id)
      if (after === undefined) return
      const entries = after.value.permissions.map(entry => ({ matches: entryMatch(entry), condition: conditionIn(entry.condition) }))
      byPlace.getOrInsertComputed(after.value.scope.at(-1) ?? '', () => new Map()).set(after.id, { value: after.value, entries })
    },
    holding(on, ids) {
      if (byPlace.size === 0) return []
      const last = on.at(-1)
      return on.flatMap(place =>
        [...(byPlace.get(place)?.values() ?? [])].filter(
          ({ value }) => (place === last || !value.doNotApplyToChildScopes) && concerns(value, ids),
        ),
      )
    },
  }
}
