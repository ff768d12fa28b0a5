import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import type { AppRoleAssignment } from './records.ts'

export type HeldAppRole = Held<AppRoleAssignment, readonly [id: string]>

export interface AppRoleIndex {
  /** What was assigned to an object, in the order of assigning. */
  of(principalId: string): readonly HeldAppRole[]
  /** What was assigned of a resource's roles, in that order. */
  at(resourceId: string): readonly HeldAppRole[]
}

/** Follows the family's observers: call it before the view is loaded. Assignments are rulings, so what is read here need not be noted in a call. */
export function indexAppRoles(records: Pick<Records<AppRoleAssignment, readonly [id: string]>, 'observe'>): AppRoleIndex {
  const byPrincipal = new Map<string, Map<string, HeldAppRole>>()
  const byResource = new Map<string, Map<string, HeldAppRole>>()
  records.observe((before, after) => {
    if (before !== undefined) {
      byPrincipal.get(before.value.principalId)?.delete(before.id)
      byResource.get(before.value.resourceId)?.delete(before.id)
    }
    if (after === undefined) return
    byPrincipal.getOrInsertComputed(after.value.principalId, () => new Map<string, HeldAppRole>()).set(after.id, after)
    byResource.getOrInsertComputed(after.value.resourceId, () => new Map<string, HeldAppRole>()).set(after.id, after)
  })
  const inOrder = (held: ReadonlyMap<string, HeldAppRole> | undefined): readonly HeldAppRole[] =>
    [...(held?.values() ?? [])].sort((one, other) => one.ord - other.ord)
  return { of: id => inOrder(byPrincipal.get(id)), at: id => inOrder(byResource.get(id)) }
}
