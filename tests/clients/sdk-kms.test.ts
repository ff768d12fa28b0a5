// Every operation of the key service over TLS, by Amazon's own client; what comes back is checked by other mathematics than ours.
import assert from 'node:assert/strict'
import { createPublicKey, createPrivateKey, diffieHellman, encapsulate, generateKeyPairSync, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import * as sdk from '@aws-sdk/client-kms'
import { z } from 'zod'
import { awsClients } from './aws.ts'
import { behindInstance } from './behind.ts'
import { answeredOnPage, operationsTold } from './operations-told.ts'

const instance = await behindInstance(import.meta.filename)
const { environment, clientEnvironment } = instance
const at = { endpoint: clientEnvironment['AWS_ENDPOINT_URL'] ?? '', ca: readFileSync(environment.caFile, 'utf8') }

const accountId = '343434343434'
await instance.ask('aws', 'account', 'add', accountId)
const user = z
  .object({ arn: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() })
  .parse(await instance.ask('aws', 'user', 'add', 'alice', '--account', accountId, '--administrator'))
const { kms } = awsClients(at, user)

const told = operationsTold('sdk-kms.test.ts')
told.listen(kms)

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const textOf = (plain: Uint8Array | undefined): string => Buffer.from(plain ?? []).toString()
const named = (name: string) => (error: unknown) => error instanceof Error && error.name === name

async function newKey(input: sdk.CreateKeyCommandInput = {}) {
  const { KeyMetadata } = await kms.send(new sdk.CreateKeyCommand(input))
  return { KeyId: KeyMetadata?.KeyId ?? '', Arn: KeyMetadata?.Arn ?? '' }
}
const described = async (KeyId: string) => (await kms.send(new sdk.DescribeKeyCommand({ KeyId }))).KeyMetadata
const publicKeyOf = async (KeyId: string) => {
  const { PublicKey } = await kms.send(new sdk.GetPublicKeyCommand({ KeyId }))
  return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' })
}

describe('@aws-sdk/client-kms', () => {
  test('makes, names, tags, lists, withholds and ends keys', async () => {
    const { KeyId, Arn } = await newKey({ Description: 'first', Tags: [{ TagKey: 'team', TagValue: 'blue' }] })
    await kms.send(new sdk.UpdateKeyDescriptionCommand({ KeyId, Description: 'second' }))
    await kms.send(new sdk.TagResourceCommand({ KeyId, Tags: [{ TagKey: 'stage', TagValue: 'test' }] }))
    await kms.send(new sdk.UntagResourceCommand({ KeyId, TagKeys: ['team'] }))
    assert.deepEqual((await kms.send(new sdk.ListResourceTagsCommand({ KeyId }))).Tags, [{ TagKey: 'stage', TagValue: 'test' }])
    const [AliasName, other] = ['alias/by-sdk', await newKey()]
    await kms.send(new sdk.CreateAliasCommand({ AliasName, TargetKeyId: KeyId }))
    assert.deepEqual([(await described(AliasName))?.Arn, (await described(AliasName))?.Description], [Arn, 'second'])
    await kms.send(new sdk.UpdateAliasCommand({ AliasName, TargetKeyId: other.KeyId }))
    assert.equal((await described(AliasName))?.Arn, other.Arn)
    const { Aliases = [] } = await kms.send(new sdk.ListAliasesCommand({ KeyId: other.KeyId }))
    assert.deepEqual(
      Aliases.map(one => one.AliasName),
      [AliasName],
    )
    await kms.send(new sdk.DeleteAliasCommand({ AliasName }))
    await assert.rejects(described(AliasName), named('NotFoundException'))
    const listed: string[] = []
    for await (const { Keys = [] } of sdk.paginateListKeys({ client: kms, pageSize: 1 }, {}))
      listed.push(...Keys.map(one => one.KeyArn ?? ''))
    assert(listed.includes(Arn) && listed.includes(other.Arn))
    await kms.send(new sdk.DisableKeyCommand({ KeyId }))
    await assert.rejects(kms.send(new sdk.EncryptCommand({ KeyId, Plaintext: bytes('x') })), named('DisabledException'))
    await kms.send(new sdk.EnableKeyCommand({ KeyId }))
    const { KeyState } = await kms.send(new sdk.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }))
    assert.equal(KeyState, 'PendingDeletion')
    await assert.rejects(kms.send(new sdk.EncryptCommand({ KeyId, Plaintext: bytes('x') })), named('KMSInvalidStateException'))
    await kms.send(new sdk.CancelKeyDeletionCommand({ KeyId }))
    assert.equal((await described(KeyId))?.KeyState, 'Disabled')
  })

  test('turns keys, by the year and at once, and opens what the turned key sealed before', async () => {
    const { KeyId, Arn } = await newKey()
    const { CiphertextBlob } = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext: bytes('before') }))
    await kms.send(new sdk.EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 180 }))
    const status = await kms.send(new sdk.GetKeyRotationStatusCommand({ KeyId }))
    assert.deepEqual([status.KeyRotationEnabled, status.RotationPeriodInDays], [true, 180])
    await kms.send(new sdk.RotateKeyOnDemandCommand({ KeyId }))
    const { Rotations = [] } = await kms.send(new sdk.ListKeyRotationsCommand({ KeyId }))
    assert.deepEqual(
      Rotations.map(one => [one.KeyId, one.RotationType]),
      [[Arn, 'ON_DEMAND']],
    )
    await kms.send(new sdk.DisableKeyRotationCommand({ KeyId }))
    assert.equal((await kms.send(new sdk.GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled, false)
    assert.equal(textOf((await kms.send(new sdk.DecryptCommand({ CiphertextBlob }))).Plaintext), 'before')
    const { KeyLastUsage } = await kms.send(new sdk.GetKeyLastUsageCommand({ KeyId }))
    assert.equal(KeyLastUsage?.Operation, 'Decrypt')
  })

  test('reads and writes the policy of a key', async () => {
    const { KeyId } = await newKey()
    assert.deepEqual((await kms.send(new sdk.ListKeyPoliciesCommand({ KeyId }))).PolicyNames, ['default'])
    const Statement = [{ Effect: 'Allow', Principal: { AWS: user.arn }, Action: ['kms:*KeyPolicy', 'kms:Encrypt'], Resource: '*' }]
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
    await kms.send(new sdk.PutKeyPolicyCommand({ KeyId, Policy }))
    assert.deepEqual(JSON.parse((await kms.send(new sdk.GetKeyPolicyCommand({ KeyId }))).Policy ?? ''), JSON.parse(Policy))
    const { CiphertextBlob } = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext: bytes('x') }))
    await assert.rejects(kms.send(new sdk.DecryptCommand({ CiphertextBlob })), named('AccessDeniedException'))
  })

  test('seals, seals anew, and gives data keys whose sealed half is the same key', async () => {
    const [{ KeyId }, other] = [await newKey(), await newKey()]
    const [EncryptionContext, DestinationEncryptionContext] = [{ of: 'one' }, { of: 'two' }]
    const { CiphertextBlob } = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext: bytes('sealed'), EncryptionContext }))
    await assert.rejects(kms.send(new sdk.DecryptCommand({ CiphertextBlob })), named('InvalidCiphertextException'))
    const anew = await kms.send(
      new sdk.ReEncryptCommand({
        CiphertextBlob,
        SourceEncryptionContext: EncryptionContext,
        DestinationKeyId: other.KeyId,
        DestinationEncryptionContext,
      }),
    )
    const opened = await kms.send(
      new sdk.DecryptCommand({ CiphertextBlob: anew.CiphertextBlob, EncryptionContext: DestinationEncryptionContext }),
    )
    assert.deepEqual([opened.KeyId, textOf(opened.Plaintext)], [other.Arn, 'sealed'])
    const open = async (sealed: Uint8Array | undefined) => (await kms.send(new sdk.DecryptCommand({ CiphertextBlob: sealed }))).Plaintext
    const data = await kms.send(new sdk.GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }))
    assert.deepEqual([data.Plaintext?.length, await open(data.CiphertextBlob)], [32, data.Plaintext])
    const blind = await kms.send(new sdk.GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 24 }))
    assert.deepEqual([(await open(blind.CiphertextBlob))?.length, 'Plaintext' in blind], [24, false])
    const KeyPairSpec = 'ECC_NIST_P256'
    const pair = await kms.send(new sdk.GenerateDataKeyPairCommand({ KeyId, KeyPairSpec }))
    assert.deepEqual(await open(pair.PrivateKeyCiphertextBlob), pair.PrivateKeyPlaintext)
    const blindPair = await kms.send(new sdk.GenerateDataKeyPairWithoutPlaintextCommand({ KeyId, KeyPairSpec }))
    for (const { PublicKey, PrivateKeyCiphertextBlob } of [pair, blindPair]) {
      const privateKey = createPrivateKey({ key: Buffer.from((await open(PrivateKeyCiphertextBlob)) ?? []), format: 'der', type: 'pkcs8' })
      assert.deepEqual(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }), Buffer.from(PublicKey ?? []))
    }
    const random = async () => (await kms.send(new sdk.GenerateRandomCommand({ NumberOfBytes: 40 }))).Plaintext
    const [one, two] = [await random(), await random()]
    assert.equal(one?.length, 40)
    assert.notDeepEqual(one, two)
  })

  test('signs what others verify, and authenticates what nobody else can', async () => {
    const Message = bytes('to be signed')
    const { KeyId } = await newKey({ KeySpec: 'ECC_NIST_P384', KeyUsage: 'SIGN_VERIFY' })
    const SigningAlgorithm = 'ECDSA_SHA_384'
    const { Signature = new Uint8Array() } = await kms.send(new sdk.SignCommand({ KeyId, Message, SigningAlgorithm }))
    assert(verify('sha384', Message, await publicKeyOf(KeyId), Signature))
    assert.equal((await kms.send(new sdk.VerifyCommand({ KeyId, Message, Signature, SigningAlgorithm }))).SignatureValid, true)
    await assert.rejects(
      kms.send(new sdk.VerifyCommand({ KeyId, Message: bytes('another'), Signature, SigningAlgorithm })),
      named('KMSInvalidSignatureException'),
    )
    const mac = await newKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' })
    const MacAlgorithm = 'HMAC_SHA_256'
    const { Mac } = await kms.send(new sdk.GenerateMacCommand({ KeyId: mac.KeyId, Message, MacAlgorithm }))
    assert.equal((await kms.send(new sdk.VerifyMacCommand({ KeyId: mac.KeyId, Message, Mac, MacAlgorithm }))).MacValid, true)
    await assert.rejects(
      kms.send(new sdk.VerifyMacCommand({ KeyId: mac.KeyId, Message: bytes('another'), Mac, MacAlgorithm })),
      named('KMSInvalidMacException'),
    )
  })

  test('agrees on secrets with another’s pair, and takes out what others put in for it', async () => {
    const { KeyId } = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' })
    const peer = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const PublicKey = peer.publicKey.export({ format: 'der', type: 'spki' })
    const { SharedSecret } = await kms.send(new sdk.DeriveSharedSecretCommand({ KeyId, KeyAgreementAlgorithm: 'ECDH', PublicKey }))
    const same = diffieHellman({ privateKey: peer.privateKey, publicKey: await publicKeyOf(KeyId) })
    assert.deepEqual(Buffer.from(SharedSecret ?? []), same)

    const kem = await newKey({ KeySpec: 'ML_KEM_768', KeyUsage: 'ENCAPSULATE_DECAPSULATE' })
    const EncapsulationAlgorithm = 'ML_KEM'
    const take = async (SharedSecretCiphertextBlob: Uint8Array | undefined) =>
      Buffer.from(
        (await kms.send(new sdk.DecapsulateCommand({ KeyId: kem.KeyId, SharedSecretCiphertextBlob, EncapsulationAlgorithm })))
          .SharedSecret ?? [],
      )
    const { sharedKey, ciphertext } = encapsulate(await publicKeyOf(kem.KeyId))
    assert.deepEqual(await take(ciphertext), Buffer.from(sharedKey))
    const made = await kms.send(new sdk.EncapsulateCommand({ KeyId: kem.KeyId, EncapsulationAlgorithm }))
    assert.deepEqual(await take(made.SharedSecretCiphertextBlob), Buffer.from(made.SharedSecret ?? []))
  })
})

test('the page tells this run, and no operation is left out of it', async () => {
  await told.settle(instance)
  const known = Object.keys(sdk).flatMap(name => (/^[A-Z]\w*Command$/.test(name) ? [name.slice(0, -'Command'.length)] : []))
  assert.equal(known.length, 56)
  // Those that need a proxy beside the instance, material from outside or another Region are in `sdk-custody.test.ts`.
  assert.deepEqual(answeredOnPage(), known.toSorted())
})
