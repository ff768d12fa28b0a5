import assert from 'node:assert/strict'
import { test } from 'node:test'
import { purgeDeleted } from '#domain/deleted-objects/purge.ts'
import { deletedById } from '#domain/deleted-objects/restore.ts'
import { makePrincipal } from '#domain/identity/directory.ts'
import { identityGround, tenantId } from '#domain/identity/testing.ts'
import { rootScope } from '#domain/resources/scopes.ts'
import type { Call } from '#domain/call.ts'
import { operator, system } from '#model/principal.ts'
import { createGroup, groupById, removeGroup } from './groups.ts'
import { membershipsAtOnce } from './sweep-memberships.ts'
import { addMember } from './members.ts'
import { sweepMembershipsRunner } from './sweep-memberships.ts'

test('a group of thousands is gone at once, and its memberships after it, piece by piece', async () => {
  const ground = await identityGround()
  const { context } = ground
  const write = (call: Call) => context.access.permit(call, 'directory.write', { on: rootScope })
  const { id } = await ground.run(
    operator,
    async call =>
      createGroup(context, call, { permit: write(call), tenantId, group: { displayName: 'large', mailNickname: 'large' } }).value,
  )
  const members = 2 * membershipsAtOnce + 100
  const added: string[] = []
  for (let from = 0; from < members; from += 100)
    await ground.run(operator, async call => {
      const group = await groupById(context, call, { tenantId, id })
      for (let at = from; at < from + 100; at += 1) {
        const wanted = { tenantId, appId: context.ground.random.uuid(), displayName: `p${at}`, kind: 'application' } as const
        const { value } = makePrincipal(context, call, wanted)
        added.push(value.id)
        await addMember(context, call, { permit: write(call), group, memberId: value.id })
      }
    })
  const { memberships } = context.identity
  assert.equal(memberships.membersOf(id).length, members)
  const [someone = ''] = added
  assert.deepEqual(memberships.groupsOf(someone), [id])
  await ground.run(operator, async call =>
    removeGroup(context, call, { permit: write(call), group: await groupById(context, call, { tenantId, id }) }),
  )
  assert.deepEqual([memberships.groupsOf(someone), memberships.membersOf(id), memberships.namedIn(id).length], [[], [], members])
  // It could still be had back: the memberships go with what is purged.
  await ground.run(operator, async call =>
    purgeDeleted(context, call, { permit: write(call), deleted: await deletedById(context, call, { tenantId, id }) }),
  )
  for (let steps = 1; ; steps += 1) {
    const job = context.jobs.peek().find(({ value }) => value.kind === sweepMembershipsRunner.kind)
    assert(job)
    if (job.value.state === 'succeeded') {
      assert.equal(steps, 4)
      break
    }
    await ground.run(system, async call => sweepMembershipsRunner.step(context, call, job), sweepMembershipsRunner.operation)
  }
  assert.deepEqual(context.memberships.peek(), [])
})
