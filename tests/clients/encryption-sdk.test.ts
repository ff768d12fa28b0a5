// The AWS Encryption SDK for JavaScript, its keyring over keys of an account here.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { buildClient, CommitmentPolicy, KmsKeyringNode } from '@aws-crypto/client-node'
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import {
  CreateKeyCommand,
  DecryptCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  type DecryptCommandInput,
  type EncryptCommandInput,
  type GenerateDataKeyCommandInput,
} from '@aws-sdk/client-kms'
import { AssumeRoleCommand } from '@aws-sdk/client-sts'
import { z } from 'zod'
import { awsClients, type AwsPrincipal } from './aws.ts'
import { behindInstance } from './behind.ts'

const instance = await behindInstance(import.meta.filename)
const { environment, clientEnvironment } = instance
const at = { endpoint: clientEnvironment['AWS_ENDPOINT_URL'] ?? '', ca: readFileSync(environment.caFile, 'utf8') }

const accountId = '323232323232'
await instance.ask('aws', 'account', 'add', accountId)
const user = z
  .object({ arn: z.string(), accessKeyId: z.string(), secretAccessKey: z.string() })
  .parse(await instance.ask('aws', 'user', 'add', 'alice', '--account', accountId, '--administrator'))
const alice = awsClients(at, user)

const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)

/** Of each Region the client that this principal has there; the keyring's types know no member that is `undefined`. */
const clientProvider = (credentials: AwsPrincipal) => (region: string) => {
  const { kms } = awsClients({ ...at, region }, credentials)
  return {
    async generateDataKey(asked: GenerateDataKeyCommandInput) {
      const { KeyId = '', Plaintext = none, CiphertextBlob = none } = await kms.send(new GenerateDataKeyCommand(asked))
      return { KeyId, Plaintext, CiphertextBlob }
    },
    async encrypt(asked: EncryptCommandInput) {
      const { KeyId = '', CiphertextBlob = none } = await kms.send(new EncryptCommand(asked))
      return { KeyId, CiphertextBlob }
    },
    async decrypt(asked: DecryptCommandInput) {
      const { KeyId = '', Plaintext = none } = await kms.send(new DecryptCommand(asked))
      return { KeyId, Plaintext }
    },
  }
}
const none = new Uint8Array()
const anyKey = (credentials: AwsPrincipal) => new KmsKeyringNode({ discovery: true, clientProvider: clientProvider(credentials) })

const newKey = async (): Promise<string> => (await alice.kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? ''
const json = (statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })

/** A session of a new role that may do this alone. */
async function sessionOf(RoleName: string, statement: object): Promise<AwsPrincipal> {
  const AssumeRolePolicyDocument = json({ Principal: { AWS: user.arn }, Action: 'sts:AssumeRole' })
  const { Role } = await alice.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }))
  await alice.iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'own', PolicyDocument: json(statement) }))
  const { Credentials } = await alice.sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'reading' }))
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = Credentials ?? {}
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken }
}

describe('@aws-crypto/client-node', () => {
  const plain = Buffer.from('kept for one tenant alone '.repeat(1_000))
  const encryptionContext = { tenant: 'one', purpose: 'backup' }

  test('opens with a role what it sealed, and with a role that may not, or for another purpose, nothing', async () => {
    const key = await newKey()
    const sealing = new KmsKeyringNode({ generatorKeyId: key, clientProvider: clientProvider(user) })
    const { result } = await encrypt(sealing, plain, { encryptionContext })
    assert(!result.includes('kept for one tenant'))
    const [Action, Resource] = ['kms:Decrypt', key]
    const reader = await sessionOf('reader', { Action, Resource, Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'one' } } })
    const opened = await decrypt(anyKey(reader), result)
    assert.deepEqual(opened.plaintext, plain)
    assert.deepEqual(
      [opened.messageHeader.encryptionContext['tenant'], opened.messageHeader.encryptionContext['purpose']],
      ['one', 'backup'],
    )
    const writer = await sessionOf('writer', { Action: ['kms:Encrypt', 'kms:GenerateDataKey'], Resource })
    await assert.rejects(decrypt(anyKey(writer), result), /not authorized to perform: kms:Decrypt/)
    const other = await sessionOf('other', { Action, Resource, Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'two' } } })
    await assert.rejects(decrypt(anyKey(other), result), /not authorized to perform: kms:Decrypt/)
    const changed = Buffer.from(result)
    changed.writeUInt8(changed.readUInt8(changed.length - 200) ^ 1, changed.length - 200)
    await assert.rejects(decrypt(anyKey(reader), changed))
  })

  test('seals under several keys, of which any opens', async () => {
    const [first, second] = [await newKey(), await newKey()]
    const sealing = new KmsKeyringNode({ generatorKeyId: first, keyIds: [second], clientProvider: clientProvider(user) })
    const { result } = await encrypt(sealing, plain, { encryptionContext })
    await alice.kms.send(new DisableKeyCommand({ KeyId: first }))
    assert.deepEqual((await decrypt(anyKey(user), result)).plaintext, plain)
    await alice.kms.send(new DisableKeyCommand({ KeyId: second }))
    await assert.rejects(decrypt(anyKey(user), result), /is disabled/)
    await alice.kms.send(new EnableKeyCommand({ KeyId: first }))
    assert.deepEqual((await decrypt(anyKey(user), result)).plaintext, plain)
  })
})
