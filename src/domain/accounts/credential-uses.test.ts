import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAccess } from '#domain/access/permit.ts'
import { testGround } from '#domain/testing.ts'
import { system, type ActingInAccount } from '#model/principal.ts'
import { foundEntity, roleNamed } from './entities.ts'
import { deleteRole } from './roles.ts'
import { testAccount, testRole, testUser } from './testing.ts'
import { lastUse, noteUse, startWritingUses, writeUses } from './credential-uses.ts'

const accountId = '111122223333'

async function house() {
  const ground = await testGround()
  const { context } = ground
  await testAccount(ground, accountId)
  const { accessKeyId, userId } = await testUser(ground, { accountId, name: 'u' })
  const arn = await testRole(ground, { accountId, name: 'r', trust: {} })
  const id = context.policyBook.entities.directory.idOf(arn) ?? assert.fail('no role')
  const user: ActingInAccount = {
    accountId,
    kind: 'user',
    arn: `arn:aws:iam::${accountId}:user/u`,
    userId,
    accessKeyId,
    sessionPolicies: [],
    tags: {},
  }
  const session: ActingInAccount = { ...user, kind: 'session', accessKeyId: 'ASIAS', role: { id, arn } }
  return { ground, user, session, roleId: id }
}

test('a use is known at once, written by the minute, and of a session it is its role that was used', async () => {
  const { ground, user, session, roleId } = await house()
  const { context, clock } = ground
  const last = async (id: string) => ground.run(system, async call => lastUse(context, call, id))
  noteUse(context, user, { at: 1_000, service: 'kms', region: 'eu-west-1' })
  noteUse(context, user, { at: 2_000, service: 's3', region: 'us-east-1' })
  noteUse(context, session, { at: 3_000, service: 'kms', region: 'us-east-1' })
  assert.deepEqual([(await last(user.accessKeyId))?.at, (await last(roleId))?.at, await last('ASIAS')], [2_000, 3_000, undefined])
  const rows = ground.rows().length
  const writing = startWritingUses(context)
  clock.advance(60_000)
  await writing.stop()
  assert.deepEqual(context.latestUses.take(10), [], 'nothing is left to be written')
  assert.deepEqual(await last(user.accessKeyId), { at: 2_000, service: 's3', region: 'us-east-1' })
  assert.equal(ground.rows().filter(row => row['operation'] === 'CredentialUsesWrite').length, 1, 'one entry for all of them')
  await writeUses(context)
  assert.equal(
    ground
      .rows()
      .slice(rows)
      .filter(row => row['operation'] === 'CredentialUsesWrite').length,
    1,
    'none where there is nothing',
  )
})

test('a role that is gone leaves no record of its use, written already or waiting to be', async () => {
  const { ground, session, roleId } = await house()
  const access = createAccess([() => ({ allowed: true, by: 'test' })])
  const { context } = ground
  const written = async () => ground.run(system, async call => context.credentialUses.get(call, context.instance.installation, [roleId]))
  noteUse(context, session, { at: 1_000, service: 'kms', region: 'us-east-1' })
  await writeUses(context)
  assert.equal((await written())?.value.at, 1_000)
  noteUse(context, session, { at: 2_000, service: 'kms', region: 'us-east-1' })
  await ground.run(system, async call => {
    const role = await roleNamed(context, call, { accountId, name: 'r' })
    await deleteRole(context, call, { permit: access.permit(call, 'accountRole.delete', foundEntity(role)), role })
  })
  assert.deepEqual([await written(), context.latestUses.get(roleId)], [undefined, undefined])
  // One that was on its way when the role went.
  noteUse(context, session, { at: 3_000, service: 'kms', region: 'us-east-1' })
  await writeUses(context)
  assert.equal(await written(), undefined)
})
