import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { testAccount, type Credentials } from '#domain/accounts/testing.ts'
import { testGround, type TestGround } from '#domain/testing.ts'
import { objectIn, textIn } from '#protocols/http/testing.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { kmsSender } from './testing.ts'

const [region, accountId] = ['us-east-1', '111122223333']
let ground: TestGround
let root: Credentials

before(async () => {
  ground = await testGround()
  root = (await testAccount(ground, accountId)).root
})

const send = async (operation: string, body: object, credentials: Credentials = root) =>
  kmsSender(ground, region)(credentials, operation, body)
const newKey = async (): Promise<string> => textIn(objectIn((await send('CreateKey', {})).json['KeyMetadata'])['KeyId'])
const codeOf = async (operation: string, body: object): Promise<unknown> => (await send(operation, body)).json['__type']

describe('a key policy', () => {
  test('beyond the quota is over the limit, and beyond the member no policy at all, escaped or not', async () => {
    const KeyId = await newKey()
    assert.equal(await codeOf('PutKeyPolicy', { KeyId, Policy: '"'.repeat(131_072) }), 'LimitExceededException')
    assert.equal(await codeOf('PutKeyPolicy', { KeyId, Policy: ' '.repeat(131_073) }), 'ValidationException')
    assert.equal(await codeOf('CreateKey', { Policy: ' '.repeat(131_073) }), 'ValidationException')
    assert.equal(await codeOf('CreateKey', { Policy: ' '.repeat(32_769) }), 'LimitExceededException')
  })
})

describe('a ciphertext of a key that is elsewhere', () => {
  test('says neither which nor where', async () => {
    const { root: stranger } = await testAccount(ground, '444455556666')
    const { json } = await send('Encrypt', { KeyId: await newKey(), Plaintext: 'AA==' })
    const refused = await send('Decrypt', { CiphertextBlob: json['CiphertextBlob'] }, stranger)
    assert.match(
      textIn(refused.json['message']),
      /^User: arn:aws:iam::444455556666:root is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, /,
    )
  })
})

describe('grants that somebody may retire', () => {
  test('are listed for principals of the own account, and for nothing that is no principal', async () => {
    for (const RetiringPrincipal of ['x', accountId, 'arn:aws:iam::444455556666:root'])
      assert.equal(await codeOf('ListRetirableGrants', { RetiringPrincipal }), 'InvalidArnException', RetiringPrincipal)
    assert.equal((await send('ListRetirableGrants', { RetiringPrincipal: `arn:aws:iam::${accountId}:root` })).status, 200)
  })
})

describe('the trail of what changes a key', () => {
  test('shows what was answered of it, and which key it was', async () => {
    const recordOf = (operation: string) => {
      const row = ground.rows().findLast(one => one['operation'] === operation)
      return cloudTrailRecord(parseRow({ seq: 1, text: JSON.stringify(row) })) ?? assert.fail(operation)
    }
    const KeyId = await newKey()
    const Arn = `arn:aws:kms:${region}:${accountId}:key/${KeyId}`
    const made = recordOf('CreateKey')
    const { keyMetadata } = objectIn(made['responseElements'])
    assert.deepEqual([objectIn(keyMetadata)['arn'], objectIn(keyMetadata)['keyState']], [Arn, 'Enabled'])
    assert.deepEqual(made.resources, [{ accountId, type: 'AWS::KMS::Key', ARN: Arn }])
    const { json } = await send('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 })
    assert.deepEqual(recordOf('ScheduleKeyDeletion')['responseElements'], {
      keyId: Arn,
      keyState: 'PendingDeletion',
      deletionDate: json['DeletionDate'],
      pendingWindowInDays: 7,
    })
    await send('CancelKeyDeletion', { KeyId })
    assert.deepEqual(recordOf('CancelKeyDeletion')['responseElements'], { keyId: Arn })
  })
})
