import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testGround } from '#domain/testing.ts'
import { Problem } from '#model/problem.ts'
import { awsKmsProtocol } from './index.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask } from '#protocols/http/testing.ts'
import { linkedRoleOf } from '#domain/accounts/linked-roles.ts'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'

const accountId = '111122223333'
const policy = (...Action: readonly string[]) => ({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })

test('the first key in several Regions brings the role of its service, by the right of whoever makes it', async () => {
  const ground = await testGround()
  await testAccount(ground, accountId)
  const pipeline = createPipeline(ground.context, awsKmsProtocol('keystead.test'))
  const create = async (credentials: Credentials) => {
    const url = 'https://kms.us-east-1.keystead.test/'
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.CreateKey' }
    const at = ground.clock.now()
    return ask(pipeline, sign({ url, headers, body: '{"MultiRegion":true}', credentials, service: 'kms', region: 'us-east-1', at }))
  }
  const keysAlone = await testUser(ground, { accountId, name: 'keys-alone', policy: policy('kms:*') })
  const whole = await testUser(ground, { accountId, name: 'whole', policy: policy('kms:*', 'iam:CreateServiceLinkedRole') })
  const refused = await create(keysAlone)
  assert.equal(refused.status, 400)
  assert.match(refused.text, /AccessDeniedException.*iam:CreateServiceLinkedRole/)
  assert.deepEqual(ground.context.accountRoles.peek(), [], 'nothing is made by a refusal')
  assert.equal((await create(whole)).status, 200)
  const [role] = ground.context.accountRoles.peek()
  assert.equal(role?.value.linkedTo, 'mrk.kms.amazonaws.com')
  const own = ground.rows().filter(row => row['plane'] === 'iam' && row['operation'] === 'CreateServiceLinkedRole')
  assert.equal(own.length, 2, 'refused and made, each has its entry')
  assert.equal((await create(keysAlone)).status, 200, 'once it is there nobody needs the right')
  assert.throws(
    () => linkedRoleOf('elsewhere.amazonaws.com'),
    (error: unknown) => error instanceof Problem && error.body.code === 'InputInvalid',
  )
})
