import type { Scope } from '#model/brands.ts'
import { Problem } from '#model/problem.ts'
import type { Access, Found } from '#domain/access/permit.ts'
import type { Call } from '#domain/call.ts'
import { permissionRow, type Permission } from '#domain/access/permissions.ts'
import type { Held } from '#domain/records/family.ts'
import { standsIn } from '#domain/resources/scopes.ts'
import type { Lock } from './records.ts'

type HeldLock = Held<Lock, readonly [place: string, name: string]>
type Verb = 'write' | 'delete'

/** The locks that there are, by the place they stand on: give `observe` to the family. */
export interface LockIndex {
  observe(before: HeldLock | undefined, after: HeldLock | undefined): void
  /** Places of the locks that hold this permission there. */
  holding(permission: Permission, on: Scope): readonly string[]
}

/** What an action does to the resource: its last word says it. An action that is neither is as a write: it is sent as a POST. */
function verbOf(action: string): Verb | undefined {
  const word = action.slice(action.lastIndexOf('/') + 1).toLowerCase()
  return word === 'read' ? undefined : word === 'delete' ? 'delete' : 'write'
}

/** A lock holds neither its own removal nor what is asked of a resource that another one only refers to. */
const isFree = (action: string): boolean => /^microsoft\.authorization\/locks\/|\/assign\/action$|\/join\/action$/i.test(action)

/** What stands on a place is taken away with it. A role assignment or a tag there is not the place itself. */
const takesAllBelow = (action: string): boolean => !/^microsoft\.authorization\/|\/tags\/delete$/i.test(action)

export function lockIndex(): LockIndex {
  const byPlace = new Map<string, Map<string, HeldLock>>()
  const at = (place: string): readonly Lock[] => [...(byPlace.get(place)?.values() ?? [])].map(({ value }) => value)
  const below = (on: Scope): readonly Lock[] =>
    [...byPlace.values()].flatMap(all => [...all.values()].flatMap(({ value }) => (standsIn(value.scope, on) ? value : [])))
  return {
    observe(before, after) {
      if (before !== undefined) {
        const [place, name] = before.path
        byPlace.get(place)?.delete(name)
        if (byPlace.get(place)?.size === 0) byPlace.delete(place)
      }
      if (after !== undefined) byPlace.getOrInsertComputed(after.path[0], () => new Map()).set(after.path[1], after)
    },
    holding(permission, on) {
      const { azure, data } = permissionRow(permission)
      const verb = azure === undefined || data === true || byPlace.size === 0 ? undefined : verbOf(azure)
      if (verb === undefined || azure === undefined || isFree(azure)) return []
      const inherited = on.flatMap(at).filter(({ level }) => level === 'ReadOnly' || verb === 'delete')
      const inside = verb === 'delete' && takesAllBelow(azure) ? below(on) : []
      return [...new Set([...inherited, ...inside].map(({ scopeId }) => scopeId))]
    },
  }
}

/**
 * Locks hold the management plane whoever may: asked after the ruling, of every permit alike, so that no operation can forget them. What the
 * instance does by itself (retention that ends, the steps of a deletion that was let through) is not held. Raises `ScopeLocked`.
 */
export function lockedAccess(access: Access, locks: Pick<LockIndex, 'holding'>): Access {
  function assertNotHeld(call: Call, permission: Permission, { on }: Found): void {
    const holding = call.who.kind === 'system' ? [] : locks.holding(permission, on)
    if (holding.length === 0) return
    const verb = verbOf(permissionRow(permission).azure ?? '') ?? 'write'
    throw new Problem({ code: 'ScopeLocked', details: { scope: on.at(-1) ?? '', verb, lockedAt: holding } })
  }
  return {
    countsAs: access.countsAs,
    judge: question => access.judge(question),
    permit(call, permission, found) {
      const permit = access.permit(call, permission, found)
      assertNotHeld(call, permission, found)
      return permit
    },
    permitIf(call, permission, found) {
      const permit = access.permitIf(call, permission, found)
      if (permit !== undefined) assertNotHeld(call, permission, found)
      return permit
    },
  }
}
