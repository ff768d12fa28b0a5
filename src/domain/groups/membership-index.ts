import type { Held } from '#domain/records/family.ts'
import type { Records } from '#domain/records/records.ts'
import type { Group, Membership } from './records.ts'

export type HeldGroup = Held<Group, readonly [id: string]>
export type HeldMembership = Held<Membership, readonly [groupId: string, memberId: string]>

/** Who is in which group, as the feed tells. All of it is rulings, so what is read here need not be noted in a call. */
export interface MembershipIndex {
  group(id: string): HeldGroup | undefined
  /** Direct members, in the order in which they were added. */
  membersOf(groupId: string): readonly HeldMembership[]
  /** Memberships that name the group, whether it is there or gone; in no order. */
  namedIn(groupId: string): readonly HeldMembership[]
  /** Memberships of the object itself, in groups that are there or gone; in no order. */
  namedOf(objectId: string): readonly HeldMembership[]
  /** Memberships of the object itself, in the order in which it joined. */
  membershipsOf(objectId: string): readonly HeldMembership[]
  /** Every group that the object is in, directly or through others; nearest first, each once, itself only where a circle leads back to it. */
  groupsOf(objectId: string): readonly string[]
  /** Memberships below a group at any depth, one for each member. */
  allMembersOf(groupId: string): readonly HeldMembership[]
}

export interface GroupRecords {
  readonly groups: Pick<Records<Group, readonly [id: string]>, 'observe'>
  readonly memberships: Pick<Records<Membership, readonly [groupId: string, memberId: string]>, 'observe'>
}

/** Ids in the closures that are kept, of all objects together; any change of any membership forgets them all: changes are rare, decisions are not. */
const keptMax = 1_000_000

type Side = Map<string, Map<string, HeldMembership>>

/** Follows the families' observers: call it before the view is loaded. */
export function indexMemberships(records: GroupRecords): MembershipIndex {
  const groups = new Map<string, HeldGroup>()
  const below: Side = new Map()
  const above: Side = new Map()
  const closures = new Map<string, readonly string[]>()
  let kept = 0
  const forget = (): void => {
    closures.clear()
    kept = 0
  }
  records.groups.observe((before, after) => {
    forget()
    if (before !== undefined) groups.delete(before.value.id)
    if (after !== undefined) groups.set(after.value.id, after)
  })
  records.memberships.observe((before, after) => {
    forget()
    if (before !== undefined) {
      drop(below, before.value.groupId, before.value.memberId)
      drop(above, before.value.memberId, before.value.groupId)
    }
    if (after === undefined) return
    put(below, [after.value.groupId, after.value.memberId], after)
    put(above, [after.value.memberId, after.value.groupId], after)
  })
  // What is no group any more leads nowhere, whatever memberships still name it.
  const parentsOf = (id: string): readonly string[] => [...(above.get(id)?.keys() ?? [])].filter(parent => groups.has(parent))
  const childrenOf = (id: string): readonly HeldMembership[] => (groups.has(id) ? [...(below.get(id)?.values() ?? [])] : [])
  return {
    group: id => groups.get(id),
    membersOf: groupId => childrenOf(groupId).toSorted(byOrder),
    namedIn: groupId => [...(below.get(groupId)?.values() ?? [])],
    namedOf: objectId => [...(above.get(objectId)?.values() ?? [])],
    membershipsOf: objectId => [...(above.get(objectId)?.values() ?? [])].filter(({ value }) => groups.has(value.groupId)).sort(byOrder),
    groupsOf(objectId) {
      const known = closures.get(objectId)
      if (known !== undefined) return known
      const found = reachedFrom(objectId, parentsOf)
      // One for the entry itself: whoever is in no group takes room too.
      const room = found.length + 1
      if (kept + room > keptMax) forget()
      kept += room
      closures.set(objectId, found)
      return found
    },
    allMembersOf: groupId => allBelow(groupId, childrenOf).sort(byOrder),
  }
}

/** Breadth first; a circle ends where it meets what was seen: each is looked at once. */
function reachedFrom(start: string, next: (id: string) => readonly string[]): readonly string[] {
  const seen = new Set<string>()
  const waiting = [start]
  for (const id of waiting) {
    for (const one of next(id)) {
      if (seen.has(one)) continue
      seen.add(one)
      waiting.push(one)
    }
  }
  return [...seen]
}

function allBelow(start: string, childrenOf: (id: string) => readonly HeldMembership[]): HeldMembership[] {
  const found = new Map<string, HeldMembership>()
  const children = (id: string): readonly string[] =>
    childrenOf(id).map(held => {
      found.getOrInsert(held.value.memberId, held)
      return held.value.memberId
    })
  reachedFrom(start, children)
  return [...found.values()]
}

const byOrder = (a: HeldMembership, b: HeldMembership): number => a.ord - b.ord
function put(side: Side, [from, to]: readonly [from: string, to: string], held: HeldMembership): void {
  side.getOrInsertComputed(from, () => new Map<string, HeldMembership>()).set(to, held)
}

function drop(side: Side, from: string, to: string): void {
  const left = side.get(from)
  left?.delete(to)
  if (left?.size === 0) side.delete(from)
}
