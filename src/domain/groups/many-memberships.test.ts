import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { identityGround, tenantId } from '#domain/identity/testing.ts'
import { createUser, deleteUser, foundUser } from '#domain/identity/users.ts'
import { compartmentOfGuid } from '#domain/instance.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import { operator, system } from '#model/principal.ts'
import { groupById, removeGroup } from './groups.ts'

const many = 1_300
const home = compartmentOfGuid(tenantId)

/** So many groups, each with so many members, in as few commits as hold them. */
async function populated(groupIds: readonly string[], memberIds: readonly string[]) {
  const ground = await identityGround()
  const { context } = ground
  const pairs = groupIds.flatMap(groupId => memberIds.map(memberId => ({ groupId, memberId })))
  const inParts = async <T>(all: readonly T[], make: (one: T, call: Parameters<typeof context.groups.create>[0]) => void) => {
    for (let from = 0; from < all.length; from += 500)
      await ground.run(system, async call => all.slice(from, from + 500).forEach(one => make(one, call)))
  }
  await inParts(groupIds, (id, call) => {
    const value = { id, tenantId, displayName: id, mailNickname: id, owners: [], createdAt: call.at }
    context.groups.create(call, home, { path: [id], value })
  })
  await inParts(pairs, ({ groupId, memberId }, call) => {
    const value = { tenantId, groupId, memberId, memberKind: 'user', addedAt: call.at } as const
    context.memberships.create(call, home, { path: [groupId, memberId], value })
  })
  return ground
}

const names = (prefix: string): readonly string[] => Array.from({ length: many }, (_, at) => `${prefix}${at}`)

describe('what is deleted, with more memberships than one commit holds', () => {
  test('a group gives nobody anything any more', async () => {
    const ground = await populated(['all'], names('user'))
    const { context } = ground
    assert.deepEqual(context.identity.memberships.groupsOf('user7'), ['all'])
    await ground.run(operator, async call => {
      const permit = context.access.permit(call, 'directory.write', { on: rootScope })
      removeGroup(context, call, { permit, group: await groupById(context, call, { tenantId, id: 'all' }) })
    })
    const { memberships } = context.identity
    assert.deepEqual([memberships.group('all'), memberships.membersOf('all'), memberships.groupsOf(`user${many - 1}`)], [undefined, [], []])
  })

  test('a user is gone', async () => {
    const ground = await populated(names('group'), [])
    const { context } = ground
    const write = (call: Parameters<typeof context.access.permit>[0]) => context.access.permit(call, 'directory.write', { on: rootScope })
    const { value } = await ground.run(operator, async call =>
      createUser(context, call, {
        permit: write(call),
        tenantId,
        user: { userPrincipalName: 'everywhere@contoso.keystead.test', displayName: 'E', mailNickname: 'e', enabled: true },
      }),
    )
    for (let from = 0; from < many; from += 500)
      await ground.run(system, async call => {
        for (const groupId of names('group').slice(from, from + 500))
          context.memberships.create(call, home, {
            path: [groupId, value.id],
            value: { tenantId, groupId, memberId: value.id, memberKind: 'user', addedAt: call.at },
          })
      })
    await ground.run(operator, async call => {
      await deleteUser(context, call, { permit: write(call), user: await foundUser(context, call, { tenantId, idOrName: value.id }) })
    })
    assert.equal(context.identity.index.user(tenantId, value.id), undefined)
  })
})
