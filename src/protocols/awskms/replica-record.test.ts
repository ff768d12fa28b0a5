import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testAccount, testUser } from '#domain/accounts/testing.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { testGround } from '#domain/testing.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { objectIn, textIn } from '#protocols/http/testing.ts'
import { kmsSender } from './testing.ts'

const [accountId, region, there] = ['111122223333', 'us-east-1', 'eu-west-1']

test('a replica is made by whoever may make keys in its Region, and the trail of that Region says so', async () => {
  const ground = await testGround()
  const { root } = await testAccount(ground, accountId)
  const statements = (Resource: string, more = {}) => ({ Effect: 'Allow', Action: 'kms:*', Resource, ...more })
  const here = { Condition: { StringEquals: { 'aws:RequestedRegion': region } } }
  const policy = { Version: '2012-10-17', Statement: [statements('*', here)] }
  const bounded = await testUser(ground, { accountId, name: 'bounded', policy })
  const send = kmsSender(ground, region)
  const key = objectIn((await send(root, 'CreateKey', { MultiRegion: true })).json['KeyMetadata'])
  const arn = textIn(key['Arn'])
  const replicate = { KeyId: arn, ReplicaRegion: there, Description: 'there', Tags: [{ TagKey: 'a', TagValue: 'b' }] }
  const denied = await send(bounded, 'ReplicateKey', replicate)
  assert.equal(denied.json['__type'], 'AccessDeniedException')
  assert.match(textIn(denied.json['message'] ?? denied.json['Message']), /kms:CreateKey/)
  const already = ground.rows().length
  assert.equal((await send(root, 'ReplicateKey', replicate)).status, 200)
  const records = ground
    .rows()
    .slice(already)
    .flatMap((row, at) => cloudTrailRecord(parseRow({ seq: at + 1, text: JSON.stringify(row) })) ?? [])
  assert.deepEqual(
    records.map(({ eventName, awsRegion, errorCode }) => [eventName, awsRegion, errorCode]),
    [
      ['CreateKey', there, undefined],
      ['ReplicateKey', region, undefined],
    ],
  )
  const [made, asked] = records
  assert.deepEqual(
    made?.resources?.map(({ ARN }) => ARN),
    [arn.replace(region, there)],
  )
  assert.deepEqual(made['requestParameters'], {
    description: 'there',
    keySpec: 'SYMMETRIC_DEFAULT',
    keyUsage: 'ENCRYPT_DECRYPT',
    origin: 'AWS_KMS',
    multiRegion: true,
    bypassPolicyLockoutSafetyCheck: false,
    tags: [{ tagKey: 'a', tagValue: 'b' }],
  })
  assert.notEqual(made.eventID, asked?.eventID)
})
