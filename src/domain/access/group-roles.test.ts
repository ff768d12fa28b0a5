import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { noFacts } from '#domain/access/permit.ts'
import type { Permission } from '#domain/access/permissions.ts'
import type { Call } from '#domain/call.ts'
import { createGroup, groupById, removeGroup } from '#domain/groups/groups.ts'
import { addMember, removeMember } from '#domain/groups/members.ts'
import { identityGround, tenantId, type Made } from '#domain/identity/testing.ts'
import { createSubscription } from '#domain/resources/create-subscription.ts'
import { groupScope, rootScope } from '#domain/resources/scopes.ts'
import { operator, type Principal } from '#model/principal.ts'
import { Problem } from '#model/problem.ts'
import { assignRole } from './assign-role.ts'

const subscriptionId = '22222222-2222-4222-8222-222222222222'
const scope = groupScope(subscriptionId, 'rg')
const reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7'

async function house() {
  const ground = await identityGround()
  const { context } = ground
  const owner = await ground.add('owner')
  const principal = ({ oid, appId }: Made): Principal => ({ id: oid, kind: 'application', tenant: tenantId, appId })
  const subscription = { tenantId, subscriptionId, displayName: 's', resourceGroup: 'rg', location: 'local', ownerId: owner.oid }
  await ground.run(operator, async call => createSubscription(context, call, subscription))
  const write = (call: Call) => context.access.permit(call, 'directory.write', { on: rootScope })
  const group = async (name: string): Promise<string> =>
    ground.run(
      operator,
      async call =>
        createGroup(context, call, { permit: write(call), tenantId, group: { displayName: name, mailNickname: name } }).value.id,
    )
  const member = (verb: typeof addMember | typeof removeMember) => async (groupId: string, memberId: string) =>
    ground.run(operator, async call => {
      await verb(context, call, { permit: write(call), group: await groupById(context, call, { tenantId, id: groupId }), memberId })
    })
  const remove = async (id: string) =>
    ground.run(operator, async call =>
      removeGroup(context, call, { permit: write(call), group: await groupById(context, call, { tenantId, id }) }),
    )
  const assign = async (principalId: string, principalType?: string) =>
    ground.run(principal(owner), async call =>
      assignRole(context, call, {
        permit: context.access.permit(call, 'roleAssignment.write', { on: scope }),
        tenantId,
        scope,
        scopeId: `/subscriptions/${subscriptionId}/resourceGroups/rg`,
        name: context.ground.random.uuid(),
        roleId: reader,
        principalId,
        principalType,
      }),
    )
  const may = (who: Made, permission: Permission = 'group.read') =>
    context.access.judge({ who: principal(who), permission, on: scope, facts: noFacts }).allowed
  return { ground, group, add: member(addMember), leave: member(removeMember), remove, assign, may }
}

const code = (wanted: string) => (error: unknown) =>
  error instanceof Problem && error.body.code === 'ArmRefused' && error.body.details.code === wanted

describe('a role of a group', () => {
  test('is its members’ at any depth, from the next decision until they leave', async () => {
    const { ground, group, add, leave, assign, may } = await house()
    const [outer, inner, someone] = [await group('outer'), await group('inner'), await ground.add('someone')]
    const { assignment } = await assign(outer, 'Group')
    assert.equal(assignment.value.principalType, 'Group')
    assert.equal(may(someone), false)
    await add(outer, someone.oid)
    assert.equal(may(someone), true)
    await leave(outer, someone.oid)
    assert.equal(may(someone), false)
    await add(outer, inner)
    await add(inner, someone.oid)
    assert.equal(may(someone), true)
    await add(inner, outer)
    assert.equal(may(someone), true, 'a circle ends')
    await leave(outer, inner)
    assert.equal(may(someone), false)
  })

  test('ends with the group, and is no other group’s of the same name', async () => {
    const { ground, group, add, remove, assign, may } = await house()
    const [first, someone] = [await group('twin'), await ground.add('someone')]
    await assign(first)
    await add(first, someone.oid)
    assert.equal(may(someone), true)
    await remove(first)
    assert.equal(may(someone), false)
    await add(await group('twin'), someone.oid)
    assert.equal(may(someone), false)
  })

  test('makes nobody a member of what the role does not give', async () => {
    const { ground, group, add, assign, may } = await house()
    const [readers, someone] = [await group('readers'), await ground.add('someone')]
    await assign(readers)
    await add(readers, someone.oid)
    assert.deepEqual([may(someone, 'group.read'), may(someone, 'group.delete')], [true, false])
  })
})

test('a role is given to whom the directory has, as what it is', async () => {
  const { ground, group, assign } = await house()
  const [id, someone] = [await group('g'), await ground.add('someone')]
  await assert.rejects(assign(id, 'User'), code('UnmatchedPrincipalType'))
  await assert.rejects(assign(someone.oid, 'Group'), code('UnmatchedPrincipalType'))
  await assert.rejects(assign(someone.application.value.id), code('PrincipalTypeNotSupported'))
  await assert.rejects(assign('99999999-2222-4333-8444-555555555555'), code('PrincipalNotFound'))
  assert.equal((await assign(someone.oid)).assignment.value.principalType, 'ServicePrincipal')
})
