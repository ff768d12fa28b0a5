import type { Held } from '#domain/records/family.ts'
import type { RoleAssignment } from './records.ts'

type HeldAssignment = Held<RoleAssignment>

/** Assignments by principal and scope, kept as the feed tells: a decision costs groups × depth, whatever their number. */
export interface AssignmentIndex {
  observe(before: HeldAssignment | undefined, after: HeldAssignment | undefined): void
  at(principalId: string, scope: string): readonly HeldAssignment[]
  of(principalId: string): readonly HeldAssignment[]
}

export function createAssignmentIndex(): AssignmentIndex {
  const byPrincipal = new Map<string, Map<string, readonly HeldAssignment[]>>()
  const none: ReadonlyMap<string, readonly HeldAssignment[]> = new Map()

  function drop({ value, id }: HeldAssignment): void {
    const scopes = byPrincipal.get(value.principalId)
    if (scopes === undefined) return
    const at = value.scope.at(-1) ?? ''
    const left = (scopes.get(at) ?? []).filter(held => held.id !== id)
    if (left.length > 0) scopes.set(at, left)
    else scopes.delete(at)
    if (scopes.size === 0) byPrincipal.delete(value.principalId)
  }

  function add(held: HeldAssignment): void {
    const scopes = byPrincipal.getOrInsertComputed(held.value.principalId, () => new Map<string, readonly HeldAssignment[]>())
    const at = held.value.scope.at(-1) ?? ''
    scopes.set(at, [...(scopes.get(at) ?? []), held])
  }

  return {
    observe(before, after) {
      if (before !== undefined) drop(before)
      if (after !== undefined) add(after)
    },
    at: (principalId, scope) => byPrincipal.get(principalId)?.get(scope) ?? [],
    of: principalId => [...(byPrincipal.get(principalId) ?? none).values()].flat(),
  }
}
