import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testAccount } from '#domain/accounts/testing.ts'
import { parseRow } from '#domain/audit/parse-row.ts'
import { testGround } from '#domain/testing.ts'
import { cloudTrailRecord } from '#protocols/aws/cloud-trail-record.ts'
import { objectIn, textIn } from '#protocols/http/testing.ts'
import { kmsSender } from './testing.ts'

const region = 'us-east-1'

test('an alias of another account tells whoever may not use it neither that it is there nor which key it is of', async () => {
  const ground = await testGround()
  const [owner, stranger] = [await testAccount(ground, '111122223333'), await testAccount(ground, '444455556666')]
  const send = kmsSender(ground, region)
  const keyId = textIn(objectIn((await send(owner.root, 'CreateKey', {})).json['KeyMetadata'])['KeyId'])
  assert.equal((await send(owner.root, 'CreateAlias', { AliasName: 'alias/payroll', TargetKeyId: keyId })).status, 200)
  const aliases = ['payroll', 'nothing'].map(name => `arn:aws:kms:${region}:111122223333:alias/${name}`)
  for (const [operation, more] of [
    ['Encrypt', { Plaintext: 'AA==' }],
    ['GenerateDataKey', { KeySpec: 'AES_256' }],
    ['DescribeKey', {}],
    ['GetPublicKey', {}],
  ] as const) {
    const [there, absent] = await Promise.all(
      aliases.map(async KeyId => {
        const { status, text } = await send(stranger.root, operation, { KeyId, ...more })
        return { status, text: text.replaceAll(KeyId, 'ALIAS') }
      }),
    )
    assert.deepEqual(there, absent, operation)
    assert.deepEqual([there?.status, there?.text.includes(keyId)], [400, false])
  }
  const records = ground.rows().flatMap((row, at) => cloudTrailRecord(parseRow({ seq: at + 1, text: JSON.stringify(row) })) ?? [])
  const denied = records.filter(({ errorCode }) => errorCode === 'AccessDenied')
  const of = (recipient: string) => denied.filter(({ recipientAccountId }) => recipientAccountId === recipient)
  // The stranger's own trail tells of both alike; the owner's tells whose key was asked for.
  assert.equal(of('444455556666').length, 8)
  assert(of('444455556666').every(record => !JSON.stringify(record).includes(keyId) && record['sharedEventID'] === undefined))
  assert.deepEqual(
    of('111122223333').map(({ resources }) => resources?.map(({ ARN }) => ARN)),
    Array.from({ length: 4 }, () => [`arn:aws:kms:${region}:111122223333:key/${keyId}`]),
  )
})

test('a key of another account tells whoever may not use it not even that it is there', async () => {
  const ground = await testGround()
  const [owner, stranger] = [await testAccount(ground, '111122223333'), await testAccount(ground, '444455556666')]
  const send = kmsSender(ground, region)
  const there = textIn(objectIn((await send(owner.root, 'CreateKey', {})).json['KeyMetadata'])['KeyId'])
  const arns = [there, '1234abcd-12ab-34cd-56ef-1234567890ab'].map(id => `arn:aws:kms:${region}:111122223333:key/${id}`)
  const GranteePrincipal = 'arn:aws:iam::444455556666:root'
  for (const [operation, more] of [
    ['Encrypt', { Plaintext: 'AA==' }],
    ['DescribeKey', {}],
    ['GetPublicKey', {}],
    ['GetKeyRotationStatus', {}],
    ['GetKeyPolicy', {}],
    ['CreateGrant', { GranteePrincipal, Operations: ['Encrypt'] }],
    ['ListGrants', {}],
    ['RevokeGrant', { GrantId: 'a'.repeat(64) }],
    ['RetireGrant', { GrantId: 'a'.repeat(64) }],
    ['Decrypt', { CiphertextBlob: 'AA==' }],
  ] as const) {
    const told = await Promise.all(
      arns.map(async KeyId => {
        const { status, text } = await send(stranger.root, operation, { KeyId, ...more })
        return { status, text: text.replaceAll(KeyId, 'ARN') }
      }),
    )
    assert.deepEqual(told[0], told[1], operation)
    assert.match(told[0]?.text ?? '', /AccessDeniedException.*because the resource does not exist in this Region/, operation)
  }
  for (const KeyId of arns)
    assert.equal((await send(stranger.root, 'RetireGrant', { KeyId, GrantId: 'none' })).json['__type'], 'InvalidGrantIdException')
})
