import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { z } from 'zod'
import { testAccount, testUser } from '#domain/accounts/testing.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { testGround } from '#domain/testing.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { sign } from '#protocols/aws/testing.ts'
import { createPipeline } from '#protocols/http/pipeline.ts'
import { ask } from '#protocols/http/testing.ts'
import { awsKmsProtocol } from './index.ts'
import { trailTime } from './trail-answers.ts'

const accountId = '111122223333'
const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['kms:*', 'iam:*'], Resource: '*' }] }
const made = z.object({ KeyMetadata: z.object({ Arn: z.string(), KeyId: z.string() }) })

async function wire() {
  const ground = await testGround()
  await testAccount(ground, accountId)
  const credentials = await testUser(ground, { accountId, name: 'alice', policy })
  const pipeline = createPipeline(ground.context, awsKmsProtocol('keystead.test'))
  const shown = async (operation: string, body: object) => {
    const url = 'https://kms.us-east-1.keystead.test/'
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` }
    const at = ground.clock.now()
    const request = sign({ url, headers, body: JSON.stringify(body), credentials, service: 'kms', region: 'us-east-1', at })
    const { json, status } = await ask(pipeline, request)
    const row = ground.rows().findLast(one => one['operation'] === operation)
    const record = cloudTrailRecord(parseRow({ seq: 1, text: JSON.stringify(row) }))
    return { json, status, elements: record?.['responseElements'] }
  }
  const { json, elements } = await shown('CreateKey', { MultiRegion: true })
  return { shown, elements, key: made.parse(json).KeyMetadata }
}

describe('what the trail shows of an answer', () => {
  test('is the whole of a key that was made, here or in another Region', async () => {
    const { key, elements, shown } = await wire()
    const { keyMetadata } = z.object({ keyMetadata: z.looseObject({ creationDate: z.string() }) }).parse(elements)
    assert.deepEqual(
      [keyMetadata['AWSAccountId'], keyMetadata['keyId'], keyMetadata['arn'], keyMetadata['multiRegion'], keyMetadata['keyState']],
      [accountId, key.KeyId, key.Arn, true, 'Enabled'],
    )
    assert.match(keyMetadata.creationDate, /^[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M$/)
    const { elements: replica } = await shown('ReplicateKey', { KeyId: key.KeyId, ReplicaRegion: 'eu-west-1' })
    const { replicaKeyMetadata, replicaPolicy } = z
      .object({ replicaKeyMetadata: z.looseObject({}), replicaPolicy: z.string() })
      .parse(replica)
    assert.equal(replicaKeyMetadata['arn'], key.Arn.replace('us-east-1', 'eu-west-1'))
    assert.match(replicaPolicy, /Statement/)
  })

  test('names the key that was changed, also where nothing was answered', async () => {
    const { key, shown } = await wire()
    const keyId = key.Arn
    const AliasName = 'alias/shown'
    const changes: readonly (readonly [string, object])[] = [
      ['CreateAlias', { AliasName, TargetKeyId: key.KeyId }],
      ['UpdateAlias', { AliasName, TargetKeyId: key.KeyId }],
      ['DeleteAlias', { AliasName }],
      ['DisableKey', { KeyId: key.KeyId }],
      ['EnableKey', { KeyId: key.KeyId }],
      ['EnableKeyRotation', { KeyId: key.KeyId }],
      ['TagResource', { KeyId: key.KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }],
      ['UntagResource', { KeyId: key.KeyId, TagKeys: ['a'] }],
      ['UpdateKeyDescription', { KeyId: key.KeyId, Description: 'd' }],
      ['RotateKeyOnDemand', { KeyId: key.KeyId }],
    ]
    for (const [operation, body] of changes) {
      const { status, elements } = await shown(operation, body)
      assert.deepEqual([operation, status, elements], [operation, 200, { keyId }])
    }
  })

  test('of a grant is its name and never its token, of a deletion when it will be', async () => {
    const { key, shown } = await wire()
    const GranteePrincipal = `arn:aws:iam::${accountId}:user/alice`
    const grant = await shown('CreateGrant', { KeyId: key.KeyId, GranteePrincipal, Operations: ['Decrypt'] })
    const { GrantId } = z.object({ GrantId: z.string() }).parse(grant.json)
    assert.deepEqual(grant.elements, { keyId: key.Arn, grantId: GrantId })
    const { json, elements } = await shown('ScheduleKeyDeletion', { KeyId: key.KeyId, PendingWindowInDays: 7 })
    const { DeletionDate } = z.object({ DeletionDate: z.number() }).parse(json)
    assert.deepEqual(elements, { keyId: key.Arn, keyState: 'PendingDeletion', deletionDate: trailTime(DeletionDate * 1_000) })
    const cancelled = await shown('CancelKeyDeletion', { KeyId: key.KeyId })
    assert.deepEqual(cancelled.elements, { keyId: key.Arn })
  })

  test('of a use of a key is nothing, and of a refusal nothing', async () => {
    const { key, shown } = await wire()
    const used = await shown('Encrypt', { KeyId: key.KeyId, Plaintext: 'AAAA' })
    assert.deepEqual([used.status, used.elements], [200, null])
    const refused = await shown('EnableKey', { KeyId: 'alias/none' })
    assert.deepEqual([refused.status, refused.elements], [400, null])
  })
})

test('a time in the trail is in words, with plain spaces', () => {
  assert.equal(trailTime(Temporal.Instant.from('2022-08-10T22:38:27.9Z').epochMilliseconds), 'Aug 10, 2022, 10:38:27 PM')
})
