import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { testAccount, testUser, type Credentials } from '#domain/accounts/testing.ts'
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

describe('a dry run that ignores the ciphertext', () => {
  const ignoring = { DryRun: true, DryRunModifiers: ['IGNORE_CIPHERTEXT'] }

  test('looks at permissions alone, of the key that is named or that a ciphertext names, whole or not', async () => {
    const KeyId = await newKey()
    const { json } = await send('Encrypt', { KeyId, Plaintext: 'AA==', EncryptionContext: { a: 'b' } })
    const CiphertextBlob = textIn(json['CiphertextBlob'])
    const dry = async (body: object) => codeOf('Decrypt', { ...ignoring, ...body })
    assert.equal(await dry({ KeyId }), 'DryRunOperationException')
    assert.equal(await dry({ CiphertextBlob }), 'DryRunOperationException', 'under another context than it was made with')
    assert.equal(await codeOf('ReEncrypt', { ...ignoring, CiphertextBlob, DestinationKeyId: KeyId }), 'DryRunOperationException')
    assert.equal(await dry({}), 'ValidationException')
    assert.equal(await codeOf('Decrypt', { CiphertextBlob, DryRun: true }), 'InvalidCiphertextException', 'control')
    const { root: stranger } = await testAccount(ground, '555566667777')
    assert.equal((await send('Decrypt', { ...ignoring, CiphertextBlob }, stranger)).json['__type'], 'AccessDeniedException')
  })
})

describe('grants that somebody may retire', () => {
  test('are listed for principals of the own account, and for nothing that is no principal', async () => {
    for (const RetiringPrincipal of ['x', accountId, 'arn:aws:iam::444455556666:root', 'ec2.amazonaws.com'])
      assert.equal(await codeOf('ListRetirableGrants', { RetiringPrincipal }), 'InvalidArnException', RetiringPrincipal)
    const RetiringServicePrincipal = 'ec2.amazonaws.com'
    assert.equal(await codeOf('ListRetirableGrants', { RetiringServicePrincipal }), 'InvalidArnException', 'a service asks for itself')
    assert.equal((await send('ListRetirableGrants', { RetiringPrincipal: `arn:aws:iam::${accountId}:root` })).status, 200)
  })

  test('are listed by whoever may ask for that principal', async () => {
    const named = `arn:aws:iam::${accountId}:user/named`
    const Statement = [{ Effect: 'Allow', Action: 'kms:ListRetirableGrants', Resource: named }]
    const credentials = await testUser(ground, { accountId, name: 'named', policy: { Version: '2012-10-17', Statement } })
    assert.equal((await send('ListRetirableGrants', { RetiringPrincipal: named }, credentials)).status, 200)
    const refused = await send('ListRetirableGrants', { RetiringPrincipal: `arn:aws:iam::${accountId}:root` }, credentials)
    assert.match(
      textIn(refused.json['message']),
      /kms:ListRetirableGrants on resource: arn:aws:iam::111122223333:root because no identity-based/,
    )
  })
})

describe('a key', () => {
  test('that was never used says so with an empty member', async () => {
    const { json } = await send('GetKeyLastUsage', { KeyId: await newKey() })
    assert.deepEqual(json['KeyLastUsage'], {})
  })

  test('is found by its id in any case, alone and in its ARN', async () => {
    const KeyId = await newKey()
    for (const id of [KeyId.toUpperCase(), `arn:aws:kms:${region}:${accountId}:key/${KeyId.toUpperCase()}`])
      assert.equal(textIn(objectIn((await send('DescribeKey', { KeyId: id })).json['KeyMetadata'])['KeyId']), KeyId)
  })

  test('of a spec that the old member never knew is made by the new one alone', async () => {
    const KeyUsage = 'SIGN_VERIFY'
    assert.equal(await codeOf('CreateKey', { CustomerMasterKeySpec: 'ML_DSA_44', KeyUsage }), 'ValidationException')
    assert.equal((await send('CreateKey', { KeySpec: 'ML_DSA_44', KeyUsage })).status, 200)
    assert.equal((await send('CreateKey', { CustomerMasterKeySpec: 'ECC_NIST_P256', KeyUsage })).status, 200)
  })
})

describe('a name of a service key', () => {
  test("is nobody's to give, to turn or to take away", async () => {
    const [AliasName, TargetKeyId] = ['alias/aws/ebs', await newKey()]
    assert.equal(await codeOf('CreateAlias', { AliasName, TargetKeyId }), 'InvalidAliasNameException')
    assert.equal(await codeOf('DeleteAlias', { AliasName }), 'NotFoundException')
    assert.equal((await send('DescribeKey', { KeyId: AliasName })).status, 200, 'it is made when it is looked at')
    assert.equal(await codeOf('UpdateAlias', { AliasName, TargetKeyId }), 'AccessDeniedException')
    assert.equal(await codeOf('DeleteAlias', { AliasName }), 'AccessDeniedException')
  })
})

describe('a list of keys', () => {
  test('is of the own account, unless it asks for what others share, which is nothing', async () => {
    await newKey()
    const keysOf = async (body: object) => (await send('ListKeys', body)).json['Keys']
    const own = await keysOf({})
    assert(Array.isArray(own) && own.length > 0)
    for (const ResourceOwners of [['SELF'], ['SELF', 'OTHER_ACCOUNTS_VIA_RAM']]) assert.deepEqual(await keysOf({ ResourceOwners }), own)
    assert.deepEqual(await keysOf({ ResourceOwners: ['OTHER_ACCOUNTS_VIA_RAM'] }), [])
    for (const ResourceOwners of [[], ['ME'], ['SELF', 'SELF', 'SELF']])
      assert.equal(await codeOf('ListKeys', { ResourceOwners }), 'ValidationException')
    const { NextMarker: Marker } = (await send('ListKeys', { Limit: 1, ResourceOwners: ['SELF'] })).json
    assert.equal(await codeOf('ListKeys', { Marker, ResourceOwners: ['OTHER_ACCOUNTS_VIA_RAM'] }), 'InvalidMarkerException')
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
