import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { compartmentId, recordId } from '#model/brands.ts'
import type { Held } from '#domain/records/family.ts'
import { indexMemberships, type GroupRecords, type HeldGroup, type HeldMembership, type MembershipIndex } from './membership-index.ts'

const compartment = compartmentId('0'.repeat(32))
const tenantId = 't'

type Told<H> = (before: H | undefined, after: H | undefined) => void

interface Fed {
  readonly index: MembershipIndex
  readonly group: Told<HeldGroup>
  readonly membership: Told<HeldMembership>
}

/** The index with the feed in the test's hands. */
function fed(): Fed {
  const told: { group: Told<HeldGroup>[]; membership: Told<HeldMembership>[] } = { group: [], membership: [] }
  const records: GroupRecords = {
    groups: { observe: observer => void told.group.push(observer) },
    memberships: { observe: observer => void told.membership.push(observer) },
  }
  const index = indexMemberships(records)
  return {
    index,
    group: (before, after) => told.group.forEach(tell => tell(before, after)),
    membership: (before, after) => told.membership.forEach(tell => tell(before, after)),
  }
}

const held = <T, P extends readonly string[]>(path: P, value: T, ord: number): Held<T, P> => ({
  id: recordId(compartment, Buffer.from(path.join()).toString('hex').slice(0, 64).padStart(64, '0')),
  compartment,
  path,
  version: 1,
  ord,
  value,
})
const group = (id: string): HeldGroup =>
  held([id] as const, { id, tenantId, displayName: id, mailNickname: id, owners: [], createdAt: 0 }, 1)
const membership = (groupId: string, memberId: string, ord = 1): HeldMembership =>
  held([groupId, memberId] as const, { tenantId, groupId, memberId, memberKind: 'group' as const, addedAt: 0 }, ord)

describe('who is in which group', () => {
  test('goes through groups of groups, nearest first, and ends in a circle', () => {
    const { index, ...feed } = fed()
    for (const id of ['a', 'b', 'c']) feed.group(undefined, group(id))
    feed.membership(undefined, membership('a', 'p'))
    feed.membership(undefined, membership('b', 'a'))
    feed.membership(undefined, membership('c', 'b'))
    assert.deepEqual(index.groupsOf('p'), ['a', 'b', 'c'])
    feed.membership(undefined, membership('a', 'c'))
    assert.deepEqual(index.groupsOf('p'), ['a', 'b', 'c'])
    assert.deepEqual(index.groupsOf('a'), ['b', 'c', 'a'])
    assert.deepEqual(new Set(index.allMembersOf('b').map(({ value }) => value.memberId)), new Set(['a', 'p', 'c', 'b']))
  })

  test('a group that is gone gives nothing, though memberships still name it', () => {
    const { index, ...feed } = fed()
    for (const id of ['a', 'b']) feed.group(undefined, group(id))
    feed.membership(undefined, membership('a', 'p'))
    feed.membership(undefined, membership('b', 'a'))
    assert.deepEqual(index.groupsOf('p'), ['a', 'b'])
    feed.group(group('a'), undefined)
    assert.deepEqual([index.groupsOf('p'), index.membershipsOf('p'), index.membersOf('a')], [[], [], []])
  })

  test('a group of very many is looked at like any other', () => {
    const { index, ...feed } = fed()
    const many = 130_000
    feed.group(undefined, group('all'))
    for (let at = 0; at < many; at += 1) feed.membership(undefined, membership('all', `p${at}`, at))
    assert.equal(index.allMembersOf('all').length, many)
  })

  test('members stand in the order in which they were added, whatever order the feed has them in', () => {
    const { index, ...feed } = fed()
    feed.group(undefined, group('a'))
    for (const [id, ord] of [
      ['third', 3],
      ['first', 1],
      ['second', 2],
    ] as const)
      feed.membership(undefined, membership('a', id, ord))
    assert.deepEqual(
      index.membersOf('a').map(({ value }) => value.memberId),
      ['first', 'second', 'third'],
    )
  })

  test('is what a look at all memberships says, after any changes', () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'p', 'q']
    const groupIds = ids.slice(0, 5)
    const pair = fc.tuple(fc.constantFrom(...groupIds), fc.constantFrom(...ids))
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 40 }), fc.subarray(groupIds), (toggles, gone) => {
        const { index, ...feed } = fed()
        for (const id of groupIds) feed.group(undefined, group(id))
        const there = new Map<string, HeldMembership>()
        for (const [groupId, memberId] of toggles) {
          const key = `${groupId}/${memberId}`
          const before = there.get(key)
          const after = before === undefined ? membership(groupId, memberId, there.size + 1) : undefined
          feed.membership(before, after)
          if (after === undefined) there.delete(key)
          else there.set(key, after)
          assert.deepEqual(new Set(index.groupsOf('p')), naive('p', [...there.values()], new Set(groupIds)))
        }
        for (const id of gone) feed.group(group(id), undefined)
        const live = new Set(groupIds.filter(id => !gone.includes(id)))
        for (const id of ids) assert.deepEqual(new Set(index.groupsOf(id)), naive(id, [...there.values()], live))
      }),
    )
  })
})

/** By widening until nothing is added: slow, and plainly right. */
function naive(id: string, all: readonly HeldMembership[], live: ReadonlySet<string>): Set<string> {
  const found = new Set<string>()
  for (let size = -1; size !== found.size;) {
    size = found.size
    for (const { value } of all)
      if ((value.memberId === id || found.has(value.memberId)) && live.has(value.groupId)) found.add(value.groupId)
  }
  return found
}
