import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testGround } from '#domain/testing.ts'
import { system, type ActingInAccount } from '#model/principal.ts'
import { lastUse, noteUse, startWritingUses, writeUses } from './credential-uses.ts'

const user: ActingInAccount = {
  accountId: '111122223333',
  kind: 'user',
  arn: 'arn:aws:iam::111122223333:user/u',
  userId: 'AIDAU',
  accessKeyId: 'AKIAU',
  sessionPolicies: [],
  tags: {},
}
const session: ActingInAccount = {
  ...user,
  kind: 'session',
  accessKeyId: 'ASIAS',
  role: { id: 'AROAR', arn: 'arn:aws:iam::111122223333:role/r' },
}

test('a use is known at once, written by the minute, and of a session it is its role that was used', async () => {
  const ground = await testGround()
  const { context, clock } = ground
  const last = async (id: string) => ground.run(system, async call => lastUse(context, call, id))
  noteUse(context, user, { at: 1_000, service: 'kms', region: 'eu-west-1' })
  noteUse(context, user, { at: 2_000, service: 's3', region: 'us-east-1' })
  noteUse(context, session, { at: 3_000, service: 'kms', region: 'us-east-1' })
  assert.deepEqual([(await last('AKIAU'))?.at, (await last('AROAR'))?.at, await last('ASIAS')], [2_000, 3_000, undefined])
  const rows = ground.rows().length
  const writing = startWritingUses(context)
  clock.advance(60_000)
  await writing.stop()
  assert.deepEqual(context.latestUses.take(10), [], 'nothing is left to be written')
  assert.deepEqual(await last('AKIAU'), { at: 2_000, service: 's3', region: 'us-east-1' })
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
