import assert from 'node:assert/strict'
import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam'
import {
  ConnectCustomKeyStoreCommand,
  CreateCustomKeyStoreCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DeleteCustomKeyStoreCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeCustomKeyStoresCommand,
  DescribeKeyCommand,
  DisconnectCustomKeyStoreCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  ImportKeyMaterialCommand,
  ListGrantsCommand,
  paginateListGrants,
  paginateListRetirableGrants,
  ReplicateKeyCommand,
  RetireGrantCommand,
  RevokeGrantCommand,
  UpdateCustomKeyStoreCommand,
  UpdatePrimaryRegionCommand,
  VerifyCommand,
  type CreateGrantCommandInput,
  type CreateKeyCommandInput,
  type GrantOperation,
  type WrappingKeySpec,
} from '@aws-sdk/client-kms'
import { aesWrap } from '#crypto/aes-key-wrap.ts'
import { secret } from '#tests/left-behind/noted.ts'
import { awsClients } from './aws.ts'
import { behindInstance } from './behind.ts'
import { besideProxy, proxyBeside } from './beside-proxy.ts'
import { operationsTold } from './operations-told.ts'

const instance = await behindInstance(import.meta.filename, besideProxy)
const { environment, clientEnvironment } = instance
const told = operationsTold('sdk-custody.test.ts')
const variable = (name: string): string => clientEnvironment[name] ?? assert.fail(`${name} is not set`)
const at = { endpoint: variable('AWS_ENDPOINT_URL').replace(/\/$/, ''), ca: readFileSync(environment.caFile, 'utf8') }
function as(accessKeyId: string, secretAccessKey: string, region = 'us-east-1') {
  const clients = awsClients({ ...at, region }, { accessKeyId, secretAccessKey })
  told.listen(clients.kms)
  return clients
}
const administrator = [variable('AWS_ACCESS_KEY_ID'), variable('AWS_SECRET_ACCESS_KEY')] as const
const { kms, iam } = as(...administrator)
const elsewhere = as(...administrator, 'eu-west-1').kms

const called = (name: string) => (error: unknown) => error instanceof Error && error.name === name
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function newUser(name: string) {
  const { User } = await iam.send(new CreateUserCommand({ UserName: name }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { arn: User?.Arn ?? '', kms: as(AccessKey?.AccessKeyId ?? '', AccessKey?.SecretAccessKey ?? '').kms }
}

async function newKey(input: CreateKeyCommandInput = {}) {
  const { KeyMetadata } = await kms.send(new CreateKeyCommand(input))
  return { KeyId: KeyMetadata?.KeyId ?? '', Arn: KeyMetadata?.Arn ?? '' }
}
const sealed = async (KeyId: string, text = 'granted') =>
  (await kms.send(new EncryptCommand({ KeyId, Plaintext: bytes(text) }))).CiphertextBlob
const state = async (KeyId: string, client = kms) => (await client.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState

describe('grants, by @aws-sdk/client-kms', () => {
  const give = async (key: { readonly KeyId: string }, to: { readonly arn: string }, more: Partial<CreateGrantCommandInput> = {}) => {
    const Operations: GrantOperation[] = ['Decrypt', 'RetireGrant']
    const { GrantId = '', GrantToken = '' } = await kms.send(
      new CreateGrantCommand({ KeyId: key.KeyId, GranteePrincipal: to.arn, Operations, ...more }),
    )
    return { GrantId, GrantToken }
  }

  test('after a grant was retired or revoked nothing is opened by it, not once', async () => {
    const [key, friend] = [await newKey(), await newUser('friend')]
    const CiphertextBlob = await sealed(key.KeyId)
    const open = async (GrantTokens: string[] = []) => friend.kms.send(new DecryptCommand({ CiphertextBlob, GrantTokens }))
    let opened = 0
    let denied = 0
    for (let round = 0; round < 20; round += 1) {
      const { GrantId, GrantToken } = await give(key, friend)
      assert.equal(Buffer.from((await open([GrantToken])).Plaintext ?? []).toString(), 'granted')
      opened += 1
      if (round % 2 === 0) await friend.kms.send(new RetireGrantCommand({ GrantToken }))
      else await kms.send(new RevokeGrantCommand({ KeyId: key.KeyId, GrantId }))
      for (const tokens of [[], [GrantToken]]) {
        await assert.rejects(open(tokens), called('AccessDeniedException'))
        denied += 1
      }
    }
    assert.deepEqual([opened, denied], [20, 40])
    assert.deepEqual((await kms.send(new ListGrantsCommand({ KeyId: key.KeyId }))).Grants, [])
  })

  test('pages of grants are walked to their end, by key and by who may retire', async () => {
    const [key, friend] = [await newKey(), await newUser('walker')]
    const ids: string[] = []
    for (let one = 0; one < 5; one += 1) ids.push((await give(key, friend, { RetiringPrincipal: friend.arn })).GrantId)
    const listed: string[] = []
    for await (const { Grants = [] } of paginateListGrants({ client: kms, pageSize: 2 }, { KeyId: key.Arn }))
      listed.push(...Grants.map(({ GrantId = '' }) => GrantId))
    assert.deepEqual(listed, ids)
    const retirable: string[] = []
    for await (const { Grants = [] } of paginateListRetirableGrants({ client: kms, pageSize: 2 }, { RetiringPrincipal: friend.arn }))
      retirable.push(...Grants.map(({ GrantId = '', KeyId }) => (KeyId === key.Arn ? GrantId : '')))
    assert.deepEqual(retirable, ids)
  })

  test('what makes no sense is refused by the service’s names, and a token that is none is none everywhere', async () => {
    const [key, friend] = [await newKey(), await newUser('refused')]
    const wrong: readonly (readonly [Partial<CreateGrantCommandInput>, string])[] = [
      [{ GranteePrincipal: 'nobody' }, 'InvalidArnException'],
      [{ Operations: ['Sign'] }, 'ValidationException'],
      [{ Constraints: { EncryptionContextEquals: { a: '1' }, EncryptionContextSubset: { a: '1' } } }, 'ValidationException'],
      [{ GrantTokens: ['AQpAnonsense'] }, 'InvalidGrantTokenException'],
      [{ DryRun: true }, 'DryRunOperationException'],
    ]
    for (const [more, name] of wrong) await assert.rejects(give(key, friend, more), called(name))
    const GrantTokens = ['AQpAnonsense']
    for (const asked of [
      async () => kms.send(new DescribeKeyCommand({ KeyId: key.KeyId, GrantTokens })),
      async () => kms.send(new EncryptCommand({ KeyId: key.KeyId, Plaintext: bytes('x'), GrantTokens })),
      async () => kms.send(new GenerateDataKeyCommand({ KeyId: key.KeyId, KeySpec: 'AES_256', GrantTokens })),
    ])
      await assert.rejects(asked(), called('InvalidGrantTokenException'))
  })
})

describe('material of one’s own, by @aws-sdk/client-kms', () => {
  const bring = async (KeyId: string, material: Uint8Array, how: { readonly aes?: true; readonly client?: typeof kms } = {}) => {
    const { client = kms, aes } = how
    const WrappingKeySpec: WrappingKeySpec = 'RSA_3072'
    const WrappingAlgorithm = aes === true ? 'RSA_AES_KEY_WRAP_SHA_256' : 'RSAES_OAEP_SHA_256'
    const { PublicKey = new Uint8Array(), ImportToken } = await client.send(
      new GetParametersForImportCommand({ KeyId, WrappingAlgorithm, WrappingKeySpec }),
    )
    const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
    const under = (plain: Uint8Array) => publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, plain)
    const once = randomBytes(32)
    const EncryptedKeyMaterial = aes === true ? Buffer.concat([under(once), aesWrap('padded', once, material)]) : under(material)
    const ExpirationModel = 'KEY_MATERIAL_DOES_NOT_EXPIRE'
    return client.send(new ImportKeyMaterialCommand({ KeyId, ImportToken, EncryptedKeyMaterial, ExpirationModel }))
  }

  test('is used, deleted, and comes back as the same bytes alone', async () => {
    const { KeyId } = await newKey({ Origin: 'EXTERNAL' })
    const material = secret('material', randomBytes(32))
    const { KeyMaterialId } = await bring(KeyId, material)
    const CiphertextBlob = await sealed(KeyId, 'kept outside')
    await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId }))
    await assert.rejects(kms.send(new DecryptCommand({ CiphertextBlob })), called('KMSInvalidStateException'))
    await assert.rejects(bring(KeyId, randomBytes(32)), called('IncorrectKeyMaterialException'))
    assert.equal((await bring(KeyId, material)).KeyMaterialId, KeyMaterialId)
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob }))
    assert.equal(Buffer.from(Plaintext ?? []).toString(), 'kept outside')
  })

  test('of a pair is that pair', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const { KeyId } = await newKey({ Origin: 'EXTERNAL', KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' })
    await bring(KeyId, pair.privateKey.export({ format: 'der', type: 'pkcs8' }), { aes: true })
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }))
    assert.equal(Buffer.from(PublicKey ?? []).compare(pair.publicKey.export({ format: 'der', type: 'spki' })), 0)
    const [Message, SigningAlgorithm] = [bytes('outside'), 'ECDSA_SHA_256'] as const
    const Signature = sign('sha256', Message, pair.privateKey)
    assert.equal((await kms.send(new VerifyCommand({ KeyId, Message, Signature, SigningAlgorithm }))).SignatureValid, true)
  })

  test('of a key in several Regions is brought to each', async () => {
    const { KeyId } = await newKey({ Origin: 'EXTERNAL', MultiRegion: true })
    const material = secret('material', randomBytes(32))
    await bring(KeyId, material)
    await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' }))
    assert.equal(await state(KeyId, elsewhere), 'PendingImport')
    await assert.rejects(bring(KeyId, randomBytes(32), { client: elsewhere }), called('IncorrectKeyMaterialException'))
    await bring(KeyId, material, { client: elsewhere })
    const { Plaintext } = await elsewhere.send(new DecryptCommand({ CiphertextBlob: await sealed(KeyId, 'here and there') }))
    assert.equal(Buffer.from(Plaintext ?? []).toString(), 'here and there')
  })
})

describe('a key in several Regions, by @aws-sdk/client-kms', () => {
  test('moves its primary, and opens in each what any of them sealed', async () => {
    const { KeyId, Arn } = await newKey({ MultiRegion: true })
    const { ReplicaKeyMetadata } = await kms.send(
      new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1', Description: 'there', Tags: [{ TagKey: 'a', TagValue: 'b' }] }),
    )
    assert.equal(ReplicaKeyMetadata?.Arn, Arn.replace('us-east-1', 'eu-west-1'))
    await assert.rejects(kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' })), called('AlreadyExistsException'))
    await kms.send(new UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: 'eu-west-1' }))
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }))
    assert.equal(KeyMetadata?.MultiRegionConfiguration?.MultiRegionKeyType, 'REPLICA')
    const { KeyId: by, Plaintext } = await elsewhere.send(new DecryptCommand({ CiphertextBlob: await sealed(KeyId) }))
    assert.deepEqual([by, Buffer.from(Plaintext ?? []).toString()], [ReplicaKeyMetadata.Arn, 'granted'])
  })
})

describe('a key store outside, by @aws-sdk/client-kms', () => {
  test('is made, connected, used, disconnected, renamed, and keeps what still has keys', async () => {
    const CustomKeyStoreName = 'ours'
    const create = async (more: Partial<ReturnType<typeof proxyBeside>> = {}) =>
      kms.send(new CreateCustomKeyStoreCommand({ CustomKeyStoreName, CustomKeyStoreType: 'EXTERNAL_KEY_STORE', ...proxyBeside(), ...more }))
    const wrong = { AccessKeyId: 'ABCDEFGHIJKLMNOPQRST', RawSecretAccessKey: 'x'.repeat(43) }
    await assert.rejects(create({ XksProxyAuthenticationCredential: wrong }), called('XksProxyIncorrectAuthenticationCredentialException'))
    // One without keys may go at once, and leaves its name and its proxy to others.
    const { CustomKeyStoreId: gone } = await create()
    await kms.send(new DeleteCustomKeyStoreCommand({ CustomKeyStoreId: gone }))
    const { CustomKeyStoreId } = await create()
    const described = async () => (await kms.send(new DescribeCustomKeyStoresCommand({ CustomKeyStoreId }))).CustomKeyStores?.[0]
    assert.equal((await described())?.ConnectionState, 'DISCONNECTED')
    assert.ok(!JSON.stringify(await described()).includes(proxyBeside().XksProxyAuthenticationCredential.RawSecretAccessKey))
    const inStore = { Origin: 'EXTERNAL_KEY_STORE', CustomKeyStoreId, XksKeyId: 'key-1' } as const
    await assert.rejects(newKey(inStore), called('CustomKeyStoreInvalidStateException'))
    await kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }))
    assert.equal((await described())?.ConnectionState, 'CONNECTED')
    const { KeyId } = await newKey(inStore)
    await assert.rejects(newKey(inStore), called('XksKeyAlreadyInUseException'))
    await assert.rejects(newKey({ ...inStore, XksKeyId: 'key-2' }), called('XksKeyNotFoundException'))
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }))
    assert.deepEqual(
      [KeyMetadata?.Origin, KeyMetadata?.CustomKeyStoreId, KeyMetadata?.XksKeyConfiguration?.Id],
      ['EXTERNAL_KEY_STORE', CustomKeyStoreId, 'key-1'],
    )
    const CiphertextBlob = await sealed(KeyId, 'twice')
    const open = async () => Buffer.from((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []).toString()
    assert.equal(await open(), 'twice')
    await kms.send(new DisconnectCustomKeyStoreCommand({ CustomKeyStoreId }))
    assert.equal(await state(KeyId), 'Unavailable')
    await assert.rejects(open(), called('KMSInvalidStateException'))
    await kms.send(new UpdateCustomKeyStoreCommand({ CustomKeyStoreId, NewCustomKeyStoreName: 'renamed' }))
    await assert.rejects(kms.send(new DeleteCustomKeyStoreCommand({ CustomKeyStoreId })), called('CustomKeyStoreHasCMKsException'))
    await kms.send(new ConnectCustomKeyStoreCommand({ CustomKeyStoreId }))
    assert.equal(await open(), 'twice')
  })
})

test('the page tells this run', async () => told.settle(instance))
